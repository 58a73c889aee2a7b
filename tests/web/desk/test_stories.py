"""Writing a story by form, and changing one."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from newsletter.stories.rich_text import rich_text
from tests.support import factories as make
from tests.web.asking import follow, words

FORM = {
    "headline": "Rain at last",
    "url": "https://post.example.org/rain",
    "body": "It rained.\n\nFor an hour.",
    "kicker": "Weather",
    "byline": "Ada Bell",
    "source_name": "Valley News",
}
NEW = "/desk/morning/new/"


def test_a_story_is_written_and_stands_last_in_the_queue(cora: Client, publication: Publication) -> None:
    make.story(publication)
    assert "“Rain at last” was added to the queue." in follow(cora.post(NEW, FORM), cora)
    story = story_queue.queued_stories(publication)[-1]
    assert story.body == "<p>It rained.</p><p>For an hour.</p>"
    assert (story.kicker, story.byline, story.source_name) == ("Weather", "Ada Bell", "Valley News")


def test_times_are_on_the_publications_clock(cora: Client, publication: Publication) -> None:
    cora.post(NEW, FORM | {"embargo_until": "2027-01-04T07:00", "expires_at": "2027-07-05T07:00"})
    story = Story.objects.get()
    assert story.embargo_until == datetime(2027, 1, 4, 12, tzinfo=UTC)  # New York in winter
    assert story.expires_at == datetime(2027, 7, 5, 11, tzinfo=UTC)  # and in summer
    page = cora.get(f"/stories/{story.pk}/").content.decode()
    assert 'value="2027-01-04T07:00"' in page
    assert 'value="2027-07-05T07:00"' in page


def test_a_time_that_the_clock_jumps_over_is_refused(cora: Client, publication: Publication) -> None:
    page = cora.post(NEW, FORM | {"embargo_until": "2027-03-14T02:30"})
    assert page.status_code == 200
    assert "That time does not exist" in words(page)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("headline", "", "This field is required."),
        ("url", "", "This field is required."),
        ("url", "javascript:alert(1)", "Is not a web address."),
        ("body", "", "This field is required."),
        ("body", "<p> </p>", "Write at least one paragraph."),
        ("headline", "x" * 251, "at most 250 characters"),
        ("picture_url", "nowhere", "Is not a web address."),
        ("embargo_until", "soon", "Enter a date and a time"),
        ("language", "nonsense!", "nonsense!"),
        ("direction", "sideways", "not one of the available choices"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field_and_nothing_typed_is_lost(
    cora: Client, publication: Publication, field: str, value: str, said: str
) -> None:
    page = cora.post(NEW, FORM | {field: value})
    assert page.status_code == 200
    assert said in words(page)
    assert f'id="id_{field}_error"' in page.content.decode()
    for name, typed in FORM.items():
        if name not in (field, "body"):
            assert f'value="{typed}"' in page.content.decode()
    assert Story.objects.count() == 0


def test_a_picture_needs_words_for_those_who_do_not_see_it(cora: Client, publication: Publication) -> None:
    page = cora.post(NEW, FORM | {"picture_url": "https://example.org/p.jpg"})
    assert "Describe the picture" in words(page)
    assert "id_picture_alt_error" in page.content.decode()


def test_an_expiry_before_the_embargo_is_told_at_its_field(cora: Client, publication: Publication) -> None:
    page = cora.post(NEW, FORM | {"embargo_until": "2027-01-04T07:00", "expires_at": "2027-01-03T07:00"})
    assert "id_expires_at_error" in page.content.decode()


def test_the_same_link_is_taken_again_only_when_that_is_meant(cora: Client, publication: Publication) -> None:
    cora.post(NEW, FORM)
    page = words(cora.post(NEW, FORM))
    assert "To add it again, select “Add anyway” below." in page
    assert "Confirm the duplicate" not in page
    assert Story.objects.count() == 1
    cora.post(NEW, FORM | {"again": "on"})
    assert Story.objects.count() == 2


def test_a_story_that_is_changed_to_a_repeated_link_is_saved_when_that_is_meant(
    cora: Client, publication: Publication
) -> None:
    make.story(publication, url=FORM["url"])
    story = make.story(publication)
    page = cora.post(f"/stories/{story.pk}/", FORM)
    assert 'name="again"' in page.content.decode()
    cora.post(f"/stories/{story.pk}/", FORM | {"again": "on"})
    story.refresh_from_db()
    assert story.url == FORM["url"]


def test_rich_text_keeps_what_a_letter_may_hold(cora: Client, publication: Publication) -> None:
    body = '<p onclick="x()">It <strong>rained</strong><script>alert(1)</script> <a href="https://example.org/">here</a>.</p>'
    cora.post(NEW, FORM | {"body": body})
    assert Story.objects.get().body == '<p>It <strong>rained</strong> <a href="https://example.org/">here</a>.</p>'


def test_words_that_look_like_a_tag_but_are_none_stay_words(cora: Client, publication: Publication) -> None:
    cora.post(NEW, FORM | {"body": "a < b, and <page> is a word"})
    assert Story.objects.get().body == "<p>a &lt; b, and &lt;page&gt; is a word</p>"


def test_a_story_is_changed(cora: Client, publication: Publication) -> None:
    story = make.story(publication)
    page = follow(cora.post(f"/stories/{story.pk}/", FORM | {"is_sensitive": "on"}), cora)
    story.refresh_from_db()
    assert "“Rain at last” was saved." in page
    assert (story.headline, story.is_sensitive) == ("Rain at last", True)


def field(page: str) -> str:
    """What a browser would send for the text field."""
    found = re.search(r'<textarea name="body"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_saving_without_changing_anything_changes_nothing(cora: Client, publication: Publication) -> None:
    body = '<p>One <em>and</em> two.</p><ul><li>a</li><li>b</li></ul><p>Three, <a href="https://example.org/">four</a>.</p>'
    for text in (body, "<p>a &lt; b</p><p>c &amp;lt; d</p>", "<p>- not a list</p><p>but a dash</p>"):
        story = make.story(publication, body=text)
        page = cora.get(f"/stories/{story.pk}/").content.decode()
        sent = FORM | {"url": story.url, "body": field(page)}
        assert cora.post(f"/stories/{story.pk}/", sent).status_code == 302
        story.refresh_from_db()
        assert story.body == text


def test_a_story_in_an_edition_says_what_changing_it_means(cora: Client, publication: Publication) -> None:
    story, edition = make.story(publication), make.edition(publication)
    assemble_edition.assemble(edition.pk, now=edition.assemble_at)
    assert "rebuilds the email, which must then be approved again" in words(cora.get(f"/stories/{story.pk}/"))


@pytest.mark.parametrize(("state", "said"), [("dispatching", "is being sent"), ("dispatched", "was sent")])
def test_a_story_of_an_edition_that_was_sent_says_that_changing_it_changes_nothing_there(
    cora: Client, publication: Publication, state: str, said: str
) -> None:
    story, edition = make.story(publication), make.approved_edition(publication, stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=state)
    page = words(cora.get(f"/stories/{story.pk}/"))
    assert f"This story is in an edition that {said}" in page
    assert "Changes do not affect that edition." in page
    assert "must then be approved again" not in page


def test_a_dropped_story_can_be_put_back_from_its_page(cora: Client, publication: Publication) -> None:
    story = story_queue.drop(make.story(publication))
    assert "Restore to end of queue" in words(cora.get(f"/stories/{story.pk}/"))


# --- the editor -------------------------------------------------------------------------------


def test_what_is_pasted_is_read_as_what_is_saved(cora: Client, client: Client) -> None:
    copied = "<h2>Results</h2><p style='font-weight:700'>North</p><script>alert(1)</script>"
    answer = cora.post("/stories/pasted/", {"html": copied, "text": "Results North"})
    assert answer.content.decode() == rich_text.sanitise(copied) == "<p>Results</p><p><strong>North</strong></p>"
    assert (
        cora.post("/stories/pasted/", {"html": "", "text": "One\n<b>two"}).content == b"<p>One</p><p>&lt;b&gt;two</p>"
    )
    assert cora.post("/stories/pasted/", {"html": "<p>x</p>" * 20_000, "text": "Long"}).content == b"<p>Long</p>"
    assert cora.get("/stories/pasted/").status_code == 405
    assert client.post("/stories/pasted/", {"text": "x"}).status_code == 403  # with the text, so that it is not lost


def test_the_editor_begins_with_what_the_server_reads_in_the_field(cora: Client, publication: Publication) -> None:
    story = make.story(publication, body="<p>Use &lt;p&gt; &amp; more</p>")
    page = cora.get(f"/stories/{story.pk}/").content.decode()
    begun = html.unescape(re.findall(r'data-writing="([^"]*)"', page)[0])
    assert begun == story.body
    again = cora.post(NEW, FORM | {"url": "", "body": "One.\n\nTwo."}).content.decode()
    assert 'data-writing="&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;"' in again


@pytest.mark.parametrize(
    "body",
    [
        "<p>Use &lt;p&gt; here</p><p>and &lt;b&gt;</p>",
        "<p>Write &amp;lt; for it</p>",
        "<p>- alone</p><p>1. one</p>",
        "<p>&gt; not a quotation</p>",
        '<ol start="6"><li>six</li></ol>',
        "<p>one<br>two</p>",
        "<p>1 &lt; 2</p>",
    ],
)
def test_a_story_saved_unchanged_stays_as_it_was(cora: Client, publication: Publication, body: str) -> None:
    story = make.story(publication, body=body)
    page = cora.get(f"/stories/{story.pk}/").content.decode()
    shown = html.unescape(re.findall(r'<textarea name="body"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)[0])
    fields = FORM | {"headline": story.headline, "url": story.url, "body": shown.replace("\n", "\r\n")}
    cora.post(f"/stories/{story.pk}/", fields)
    story.refresh_from_db()
    assert story.body == body
