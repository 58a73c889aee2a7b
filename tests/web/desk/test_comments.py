"""The section of comments on the pages of stories and editions, and the list of what waits."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from markupsafe import escape
from pytest_django import DjangoAssertNumQueries

from newsletter.accounts.models import User
from newsletter.editions.comment_models import Comment, CommentThread
from newsletter.editions.comments import write_comments
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from newsletter.web.shared.comment_html import to_html
from tests.support import factories as make
from tests.web.asking import words
from tests.web.browsing import form_of

SAID = "@Eddie, is <b>this</b> right? See https://example.org/a?b=1&c=2."


@pytest.fixture
def story(publication: Publication) -> Story:
    return make.story(publication)


def write(story: Story, text: str, number: int = 1, **given: str) -> CommentThread:
    return write_comments.open_thread(story, text=text, by=make.cora(), key=f"{number:032x}", now=clock.now(), **given)


def test_a_comment_is_written_on_the_page_of_a_story_and_waits_for_whom_it_mentions(
    cora: Client, eddie: Client, story: Story
) -> None:
    form = form_of(cora, f"/stories/{story.pk}/", having="team")
    answer = form.send(cora, text=SAID)
    assert answer["Location"] == f"/stories/{story.pk}/comments/#comments"
    desk = eddie.get("/")
    assert "1 unread mention" in words(desk)
    assert 'aria-label="Comments, 1 waiting for you"' in desk.content.decode()
    assert "is <b>this</b> right?" in words(eddie.get("/comments/"))
    page = eddie.get(f"/stories/{story.pk}/comments/")
    html = page.content.decode()
    assert "is &lt;b&gt;this&lt;/b&gt; right?" in html
    assert (
        '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener noreferrer" target="_blank">'
        "https://example.org/a?b=1&amp;c=2</a>."
    ) in html
    assert '<strong class="mention">@Eddie</strong>' in html
    assert "waiting for you" not in eddie.get("/comments/").content.decode()


def test_an_act_answers_htmx_with_the_section_alone(cora: Client, story: Story) -> None:
    thread = write(story, "Is it?")
    answer = cora.post(f"/comment-threads/{thread.pk}/resolve/", headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<section class="panel comments" id="comments"')
    assert "0 open threads" in words(answer)
    assert "Show 1 resolved thread" in words(answer)


def test_what_was_typed_is_kept_with_what_is_wrong(cora: Client, story: Story) -> None:
    thread = write(story, "Is it?")
    long = "long " * 500
    for path in (f"/comment-threads/{thread.pk}/answer/", f"/stories/{story.pk}/comments/"):
        answer = cora.post(path, {"text": long, "key": "f" * 32})
        assert answer.status_code == 422
        assert long.strip() in answer.content.decode()
        assert "2,000" in words(answer) or "2000" in words(answer)
    assert Comment.objects.count() == 1


def test_a_request_is_claimed_on_the_page(cora: Client, eddie: Client, story: Story) -> None:
    thread = write(story, "Check the figures.", team="editor")
    assert "1 request to your team" in words(eddie.get("/"))
    assert "Claim request" not in words(cora.get(f"/stories/{story.pk}/comments/"))
    assert "Claim request" in words(eddie.get(f"/stories/{story.pk}/comments/"))
    eddie.post(f"/comment-threads/{thread.pk}/claim/")
    assert "Claimed by Eddie" in words(cora.get(f"/stories/{story.pk}/comments/"))
    assert "Requests that you claimed" in words(eddie.get("/comments/"))


def test_the_page_of_an_edition_notices_a_new_comment(cora: Client, publication: Publication) -> None:
    edition = make.edition(publication, due_at=clock.now() + timedelta(days=1, minutes=30))  # in whole hours for long
    page = cora.get(f"/editions/{edition.pk}/")
    [seen] = re.findall(r'"seen": "([0-9a-f-]+)"', page.content.decode())
    assert cora.get(f"/editions/{edition.pk}/", {"seen": seen}).status_code == 204
    write_comments.open_thread(edition, text="New", by=make.cora(), key="1" * 32, now=clock.now())
    answer = cora.get(f"/editions/{edition.pk}/", {"seen": seen}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "New" in words(answer)


def test_threads_are_paged_and_queries_do_not_grow(
    cora: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 13):
        thread = write(story, f"Thread {number}, @Eddie", number)
        write_comments.reply(thread, text="Yes", by=make.cora(), key=f"{number + 100:032x}", now=clock.now())
    oldest = story.comment_threads.last()
    assert oldest
    for is_resolved in (False, True):  # on the second page, then among the resolved threads
        if is_resolved:
            write_comments.resolve(oldest, by=make.cora(), now=clock.now())
        refused = cora.post(f"/comment-threads/{oldest.pk}/answer/", {"text": "Half typed", "key": "none"})
        assert ("Half typed" in refused.content.decode(), "is incomplete" in words(refused)) == (True, True)
    write_comments.reopen_thread(oldest, by=make.cora(), now=clock.now())
    with django_assert_max_num_queries(18):
        page = words(cora.get(f"/stories/{story.pk}/comments/"))
    assert ("Thread 12" in page, "Thread 1," in page, "Older threads" in page) == (True, False, True)
    assert "Thread 1," in words(cora.get(f"/stories/{story.pk}/comments/", {"threads": "2"}))


@pytest.mark.parametrize("text", ["<script>x()</script>", "a & b < c", "\"quoted\" 'single'", "javascript:alert(1)"])
def test_text_is_escaped(text: str) -> None:
    assert str(to_html(text, [])) == escape(text)


def test_a_mention_ends_where_the_name_ends_in_any_script() -> None:
    people = [User(pk=1, name="Groß", email="g@example.org"), User(pk=2, name="İpek", email="i@example.org")]
    assert (
        str(to_html("@GROSS, @Groß, @İpek.", people))
        == ", ".join(f'<strong class="mention">{name}</strong>' for name in ("@GROSS", "@Groß", "@İpek")) + "."
    )


def test_lines_stay_lines_and_a_link_keeps_no_full_stop_of_its_sentence() -> None:
    html = to_html("One\n(https://example.org/x).", [])
    assert html.startswith("One<br>(<a href=")
    assert html.endswith("</a>).")
