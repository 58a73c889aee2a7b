"""What is about one person: a mention, a changed role, a sign-in to their account in a new browser."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from textwrap import shorten

from newsletter.accounts.models import User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions.comment_models import CommentMention
from newsletter.notices.conditions import Condition, NoticeText
from newsletter.notices.kind_names import NoticeKind
from newsletter.publications.models import Publication

LOOKED_BACK = timedelta(hours=6)  # records appear with their transactions, not in the order of their times
MENTIONED = timedelta(days=3)
MAX_MENTIONS = 500
MENTION = "mention:"  # before its id, in the name of the condition
CHANGES = [Act.ROLE_CHANGED, Act.ROLE_GRANTED, Act.ROLE_REVOKED]
NOT_YOU = "If this was not you, change your password and tell an administrator."


def changed_roles(*, now: datetime) -> Iterator[Condition]:
    """Yield the changes of roles, which the audit log has recorded in their transactions. In one query."""
    # by the index of acts: the subject of very many records, of each sign-in, is a user
    records = Record.objects.filter(act__in=CHANGES, at__gt=now - LOOKED_BACK)
    for record in records.select_related("user").order_by("pk"):
        yield Condition(
            NoticeKind.ROLE,
            f"record:{record.pk}",
            partial(_role, record),
            is_event=True,
            user_id=record.subject_id,
            not_to=record.user_id,
            happened_at=record.at,
        )


def unread_mentions(*, now: datetime) -> Iterator[Condition]:
    """Yield the mentions of the last days that their people have not seen, in one query."""
    found = CommentMention.objects.filter(
        read_at=None, comment__written_at__gt=now - MENTIONED, comment__deleted_at=None, user__is_active=True
    )
    parts = ("comment__author", "comment__thread__publication", "comment__thread__story", "comment__thread__edition")
    for mention in found.select_related(*parts).order_by("pk")[:MAX_MENTIONS]:
        thread = mention.comment.thread
        yield Condition(
            NoticeKind.MENTION,
            f"{MENTION}{mention.pk}",
            partial(_mention, mention),
            thread.publication_id,
            user_id=mention.user_id,
        )


def is_unseen(name: str) -> bool:
    """Return True if the mention of the condition with this name is there and was not seen."""
    mention = CommentMention.objects.filter(pk=int(name.removeprefix(MENTION)), read_at=None, comment__deleted_at=None)
    return mention.exists()


def new_sign_in(user: User, *, browser: str, network: str, now: datetime) -> Condition:
    """Return the notice of a sign-in in a browser that is new to this account."""

    def write() -> NoticeText:
        lines = [f"{browser}, network {network}, {now:%-d %B %Y, %H:%M} UTC.", NOT_YOU]
        return NoticeText("Sign-in to your account in a new browser", lines, "Show your sessions", OWN_SESSIONS)

    name = f"user:{user.pk}:{now.timestamp():.3f}"
    return Condition(NoticeKind.SIGN_IN, name, write, is_event=True, user_id=user.pk)


OWN_SESSIONS = {"": "/account/sessions/"}


def _mention(mention: CommentMention) -> NoticeText:
    """Name the author and the place, not the comment: it stands on its page for those who may read it."""
    thread, author = mention.comment.thread, mention.comment.author
    if thread.story:
        what, page = f"the story “{shorten(thread.story.headline, 100)}”", f"/stories/{thread.story_id}/comments/"
    else:
        what, page = "an edition", f"/editions/{thread.edition_id}/comments/"
    title = f"{author} mentions you in a comment"
    lines = [f"{thread.publication.name}: a comment on {what}."]
    return NoticeText(title, lines, "Read the comment", {"curate": f"{page}#comment-{mention.comment_id}"})


def _role(record: Record) -> NoticeText:
    after, before, slug = (record.details.get(name, "") for name in ("after", "before", "publication"))
    place = "for all publications"
    if slug:
        name = Publication.objects.filter(slug=slug).values_list("name", flat=True).first() or slug
        place = f"for {name}"
    who = str(record.user) if record.user else "An administrator"
    if record.act == Act.ROLE_REVOKED or after == "none":
        line = f"You no longer have the role {before or 'you had'} {place}."
    else:
        line = f"You have the role {after} {place}{f' in place of {before}' if before else ''}."
    lines = [line, f"{who} changed it. It takes effect at once."]
    return NoticeText("Your role was changed", lines, "Show your roles", {"": "/account/"})
