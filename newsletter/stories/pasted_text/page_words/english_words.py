"""English words of news pages."""

from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

OUR = r"our (?:work|journalism|reporting|newsroom|mission|team|coverage|cause|reporters|journalists)"
GOOD = r"(?:independent|fearless|quality|local|nonprofit|non-profit|public|honest|trusted|this|investigative)"
NEWS = r"(?:journalism|reporting|news|media|newsroom|newsletter|work)"
PEOPLE = r"(?:member|supporter|sustainer|subscriber|patron|donor|friend|contributor)"

ENGLISH = LanguageWords(
    code="en",
    frequent="""the of and to a in is that was for on with he it as his her at by be from they this have has had
    are not but were which who their an or its she we you i would been there what when will more all if about
    said than into up him could them no so out after can also one while because over how my your our do did just
    like now some then before those these only where through being during""",
    months="""january february march april may june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec""",
    time_words="""monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun updated
    published posted modified last first originally on at am pm a.m p.m a m p et est edt pt pst pdt gmt bst utc
    cet ct mt ago hours hour minutes minute days day weeks week min mins read reading time edited from as of the
    date""",
    authors="""by | words by | written by | reported by | reporting by | story by | text by | interview by
    | posted by | author: | contributed by | analysis by | opinion by | review by | report by""",
    roles="""correspondent reporter journalist editor columnist analyst writer author contributor producer staff
    chief photographer critic fellow researcher professor special senior freelance political health business
    science""",
    labels="""view image in fullscreen | view image | fullscreen | share | share this | share this article
    | share article | share on facebook | share on twitter | print | email | tweet | save | copy link | comments
    | comment | reply | read more | continue reading | listen | listen to article | listen to this article
    | listen now | play | watch | related | photo | photos | video | image | gallery | live | advertisement
    | advertising | advertisements | ad | sponsored | sponsored content | skip to content | skip to main content
    | skip to navigation | skip ad | menu | search | home | news | world | us | uk | politics | business
    | economy | money | opinion | sport | sports | culture | lifestyle | entertainment | technology | tech
    | science | health | travel | weather | local | sign in | log in | login | sign up | register | subscribe
    | subscribe now | my account | next | previous | close | back | more | yes | no | ok | accept | accept all
    | reject all | manage preferences | follow | follow us | facebook | twitter | x | instagram | linkedin
    | whatsapp | pinterest | reddit | youtube | bluesky | threads | messenger | telegram | flipboard
    | key events | back to top | load more | show more | view all | see all | view comments | enlarge this image
    | toggle caption | hide caption | download | embed | transcript | newsletter | newsletters | republish
    | republish this article | explore more | highlights | tags | topics | filed under | exclusive | breaking
    | breaking news | latest | latest news | trending | privacy policy | terms of use | contact us | about us
    | loading | unmute | mute | view in browser | purchase licensing rights
    | this article is more than 1 year old""",
    openings="""republish this | explore more | share this | share on | share to | share via | click to
    | click here | read more | read also | also read | read: | read next | see also | related: | [related
    | watch: | listen: | listen to | more: | sign up | get breaking | subscribe to | get our | get the latest
    | get the day's | follow us | follow @ | join our | download our | enter your email | by signing up
    | by clicking | by submitting | by subscribing | thanks for signing up | thank you for signing up
    | thank you for subscribing | we use cookies | this site uses | this website uses | this page uses
    | copyright | all rights reserved | © | (c) | skip to | heard on | was this article | did you find
    | show key events | posted in | filed under | tagged | tags: | tag: | topics: | related topics
    | story continues below | article continues | continue reading | advertisement | last updated | updated at
    | updated on | updated | first published | published on | published | posted on | estimated reading
    | reading time | comments are | leave a comment | leave a reply | view comments | your email address
    | have a tip | contact the reporter | contact the author | send tips | send us | our standards
    | editor's note: this | this story was originally | this article was originally | this article originally
    | this story has been | the associated press contributed | this material may not | enjoyed this
    | click below | for more information | for more news | to read the full | use of this site | terms of
    | privacy policy | from 1h | from 2h | additional reporting by | (reporting by | reporting by | editing by
    | photography by | illustration by | loading | watch the video | view this | opens in | scroll to
    | please enter | please check | please enable | please subscribe | already a subscriber
    | already have an account | follow the topics | register for | skip past | skip newsletter | free newsletter
    | the daily email | this page was""",
    afterwards="""related articles | related stories | related news | related posts | related content
    | related coverage | related topics | related | recommended | recommended for you | recommended stories
    | you may also like | you might also like | you may like | read next | up next | more from | more on this
    | more on | more in | more stories | more news | more to read | most popular | most read | most viewed
    | most shared | most commented | most recent | top stories | popular | trending | trending now | latest news
    | latest stories | latest | editor's picks | editors' picks | don't miss | comments | view comments
    | leave a comment | leave a reply | join the conversation | join the discussion | about the author
    | about the authors | about the writer | filed under | sponsored stories | sponsored links
    | from around the web | promoted content | recent posts | newsletter | see more | other stories | share this
    | similar articles | similar stories | in this article | next article | previous article
    | top rated comments""",
    sign_ups="""sign up | subscribe to | get our | get the latest | get the day's | enter your email
    | your email address | by signing up | by subscribing | by submitting | by clicking | privacy notice
    | after newsletter promotion | free newsletter | free daily newsletter | free weekly newsletter
    | thanks for signing up | thank you for signing up | thank you for subscribing | i agree that
    | please check the | skip past newsletter | the daily email | join our newsletter | enter email""",
    invitations=(
        r"\bsign up (?:for|to|here|now)\b|\bsubscribe to (?:our|the|my)\b|\bfollow (?:us|me|him|"
        r"her) on\b|\bdownload (?:our|the) (?:free )?app\b|\bour (?:free )?(?:daily |"
        r"weekly )?newsletters?\b|\byour inbox\b|\bclick here to\b|\bfollow @|\bthis (?:story|"
        r"article) (?:was )?(?:originally |first )?(?:published|appeared) (?:in|on|by)\b"
    ),
    credits="""photo | photos | photograph | photographs | photography | photo by | photographs by
    | photograph by | picture | pictures | image | images | image credit | image caption | media caption
    | photo credit | credit | credits | illustration | illustration by | graphic | video | video by
    | courtesy of | courtesy | file photo | file - | file | via | source | sources | screenshot | map""",
    requests=(
        ("support", rf"support (?:us\b|{OUR}|{GOOD} {NEWS})"),
        ("us", r"\b(?:join|help|stand with) us\b"),
        ("gift", r"(?:give|make) (?:a|the|your) (?:\S+ )?(?:gift|donation|contribution)"),
        ("alone", r"(?:can't|cannot|couldn't) do (?:it|this) (?:alone|without you)"),
        ("your", r"your (?:support|gift|donation|contribution|generosity)|we need you\b"),
        ("become", rf"become an? (?:\S+ )?{PEOPLE}"),
        (
            "chip",
            r"chip in|tax-deductible|(?:readers?|listeners?|viewers?|people) like you\b|first \S+ "
            r"gifts? (?:is|are) doubled",
        ),
        (
            "rely",
            r"reader-(?:supported|funded)|(?:rely|depend) on (?:our readers|readers|you|your)\b|funded"
            r" by (?:our )?readers",
        ),
        (
            "keep",
            rf"(?:keep|fund) (?:us|{OUR}|this {NEWS}|{NEWS}) ?(?:free|going|alive|independent|open)?|"
            rf"keeps? public (?:radio|media)",
        ),
        ("now", r"\b(?:donate|contribute|give|subscribe) (?:now|today|here|monthly)|\bgive \S\d+ a month"),
    ),
    orders="donate contribute support give save join help defend",
    reported="said says told added wrote announced according",
)
