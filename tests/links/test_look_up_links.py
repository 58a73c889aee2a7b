"""Links are looked up politely, once in a while, and no failure of a network is taken for an answer."""

from datetime import datetime, timedelta

import pytest

from newsletter.lib.safe_connection import FetchError
from newsletter.links import look_up_links
from newsletter.links.ask_site import SiteAnswer, ask_site
from newsletter.links.models import LinkLookup
from tests.support.website import Website, body, status

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-21T08:00:00+00:00")


def ask(site: Website, path: str) -> SiteAnswer:
    return ask_site(site.url(path), policy=site.reach(timeout_seconds=2))


def work(site: Website, now: datetime = NOW) -> bool:
    return look_up_links.look_up_next(now=now, ask=lambda url: ask_site(url, policy=site.reach()))


def found() -> LinkLookup:
    return LinkLookup.objects.get()


def test_a_page_that_is_there_is_asked_for_with_head_alone(site: Website) -> None:
    site.pages["/a"] = body(b"x" * 100)
    assert ask(site, "/a") == SiteAnswer(200)
    assert site.methods == ["HEAD"]


@pytest.mark.parametrize("answers_head", [True, False])
def test_a_page_that_is_missing_is_asked_for_twice(site: Website, answers_head: bool) -> None:
    site.answers_head = answers_head
    assert ask(site, "/missing") == SiteAnswer(404)
    assert site.methods == ["HEAD", "GET"]


def test_a_site_that_does_not_answer_head_is_asked_with_get(site: Website) -> None:
    site.answers_head = False
    site.pages["/a"] = body(b"<p>A")
    assert ask(site, "/a") == SiteAnswer(200)


def test_permanent_redirects_are_told_from_temporary_ones(site: Website) -> None:
    site.pages |= {
        "/old": status(301, Location="/new"),
        "/new": status(308, Location="/newest"),
        "/newest": body(b""),
        "/login": status(302, Location="/newest"),
        "/moved-and-login": status(301, Location="/login"),
    }
    assert ask(site, "/old") == SiteAnswer(200, site.url("/newest"))
    assert ask(site, "/login") == SiteAnswer(200)
    assert ask(site, "/moved-and-login") == SiteAnswer(200, site.url("/login"))


def test_a_redirect_into_a_private_network_is_not_followed(site: Website) -> None:
    site.pages["/a"] = status(301, Location="http://10.0.0.1/")
    with pytest.raises(FetchError, match="not allowed"):
        ask(site, "/a")
    with pytest.raises(FetchError, match="private network"):
        ask_site("http://127.0.0.1/")


def test_redirects_end(site: Website) -> None:
    site.pages["/a"] = status(301, Location="/a")
    with pytest.raises(FetchError, match="too many times"):
        ask(site, "/a")


@pytest.mark.parametrize(
    ("number", "answer"),
    [(200, "works"), (404, "broken"), (410, "broken"), (403, "unknown"), (429, "unknown"), (500, "unknown")],
)
def test_what_a_status_means(site: Website, number: int, answer: str) -> None:
    site.pages["/a"] = status(number)
    look_up_links.order([site.url("/a")], now=NOW)
    assert work(site)
    assert not work(site)
    assert (found().answer, found().status, found().is_waiting) == (answer, number, False)


def test_no_answer_is_tried_again_and_remains_unknown(site: Website) -> None:
    def fail(url: str) -> SiteAnswer:
        raise FetchError("The server takes too long to respond.", "")

    look_up_links.order([site.url("/a")], now=NOW)
    now = NOW
    for pause in look_up_links.RETRY_PAUSES:
        assert look_up_links.look_up_next(now=now, ask=fail)
        assert found().is_waiting
        assert not look_up_links.look_up_next(now=now + pause - timedelta(seconds=1), ask=fail)
        now += pause
    look_up_links.look_up_next(now=now, ask=fail)
    assert (found().answer, found().problem) == ("unknown", "The server takes too long to respond.")
    assert not found().is_waiting


def test_an_answer_is_kept_for_hours_and_then_asked_for_again(site: Website) -> None:
    site.pages["/a"] = body(b"")
    urls = [site.url("/a")]
    look_up_links.order(urls, now=NOW)
    work(site)
    for hours in (1, 5):
        look_up_links.order(urls, now=NOW + timedelta(hours=hours))
        assert not work(site, NOW + timedelta(hours=hours))
    later = NOW + timedelta(hours=7)
    site.pages["/a"] = status(404)
    look_up_links.order(urls, now=later)
    assert found().answer == "works"  # until the new answer is there
    assert work(site, later)
    assert found().answer == "broken"


def test_links_of_one_host_are_looked_up_one_after_the_other_and_few_at_once(site: Website) -> None:
    urls = [f"http://{host}.example.org/{n}" for host in ("a", "b", "c") for n in range(2)]
    look_up_links.order(urls, now=NOW)
    asked: list[str] = []

    def slow(url: str) -> SiteAnswer:
        asked.append(url)
        if len(asked) < 6:
            look_up_links.look_up_next(now=NOW, ask=slow)  # another worker, at the same time
        return SiteAnswer(200)

    look_up_links.look_up_next(now=NOW, ask=slow)
    assert asked == ["http://a.example.org/0", "http://b.example.org/0"]


def test_a_lookup_whose_worker_was_killed_is_done_later_and_given_up_in_the_end(site: Website) -> None:
    class Killed(BaseException):
        pass

    def kill(url: str) -> SiteAnswer:
        raise Killed

    look_up_links.order([site.url("/a")], now=NOW)
    now = NOW
    for _ in range(look_up_links.MAX_TRIES):
        with pytest.raises(Killed):
            look_up_links.look_up_next(now=now, ask=kill)
        now += look_up_links.LEASE
    assert work(site, now)
    assert (found().answer, site.asked) == ("unknown", [])


def test_links_that_no_email_waits_with_are_forgotten(site: Website) -> None:
    urls = [site.url("/a")]
    look_up_links.order(urls, now=NOW)
    look_up_links.order(urls, now=NOW + timedelta(days=5))
    look_up_links.delete_old(now=NOW + timedelta(days=8))
    assert LinkLookup.objects.count() == 1
    look_up_links.delete_old(now=NOW + timedelta(days=13))
    assert not LinkLookup.objects.exists()
