"""The pages: what is found on them, and that a letter shown can do nothing."""

import re
from urllib.parse import quote

import pytest

from newsletter.postbox.postbox import Postbox
from newsletter.postbox.ui.letter_frame import add_base_target, has_remote_pictures
from tests.postbox.asking import Answer, ask, letter, person, send

HTML = '<!doctype html><html><head><title>t</title></head><body><a href="https://example.org/">go</a></body></html>'


def html_letter(html: str = HTML, **more: object) -> dict[str, object]:
    return {"content": [letter()["content"][0], {"type": "text/html", "value": html}], **more}


def page(postbox: Postbox, path: str) -> Answer:
    answer = ask(postbox, "GET", path, headers={})
    assert answer.status == 200, answer.text
    return answer


def key(postbox: Postbox, place: int = -1) -> str:
    return str(postbox.letters()[place]["letter"])


def test_an_empty_postbox_says_what_it_is_and_how_to_get_a_letter(postbox: Postbox) -> None:
    text = page(postbox, "/").text
    assert "No emails yet" in text
    assert f"curl http://127.0.0.1:{postbox.port}/v3/mail/send" in text


def test_the_example_on_the_empty_page_works(postbox: Postbox) -> None:
    shown = page(postbox, "/").text.replace("&#34;", '"').replace("&#39;", "'")
    found = re.search(r"-d '(.*?)'</code>", shown, re.DOTALL)
    assert found
    assert ask(postbox, "POST", "/v3/mail/send", found[1].encode()).status == 202


def test_a_thousand_copies_are_one_line_in_the_list(postbox: Postbox) -> None:
    for batch in range(2):
        send(postbox, *(f"r{batch}-{n}@example.org" for n in range(500)))
    send(postbox, subject="Another")
    text = page(postbox, "/").text
    assert "1,000 copies" in text
    assert text.count('<a href="/letters/') == 2
    assert text.index("Another") < text.index("1,000 copies")


def test_letters_are_found_by_words_and_by_readers(postbox: Postbox) -> None:
    send(postbox, "rita@example.org", subject="Harbour")
    send(postbox, "amir@example.org", subject="Ferry")
    for search, found, missing in (("harb", "Harbour", "Ferry"), ("amir%40", "Ferry", "Harbour")):
        text = page(postbox, f"/?q={search}").text
        assert f"<strong>{found}</strong>" in text
        assert missing not in text
    send(postbox, "noa@example.org", subject="Ferry")
    assert "2 copies" in page(postbox, "/?q=amir%40").text  # all of the letter that she is found by
    assert "Nothing found" in page(postbox, "/?q=zebra").text


def test_letters_are_found_in_any_language_and_case(postbox: Postbox) -> None:
    send(postbox, subject="Übersicht")
    send(postbox, subject="שלום")
    assert "Übersicht" in page(postbox, f"/?q={quote('übERSICHT')}").text
    assert "שלום" in page(postbox, f"/?q={quote('שלום')}").text


def test_many_letters_have_pages(postbox: Postbox) -> None:
    for number in range(27):
        send(postbox, subject=f"Letter {number:02}")
    first, second = page(postbox, "/").text, page(postbox, "/?page=2").text
    assert ("Letter 26" in first, "Letter 01" in first, 'href="/?page=2"' in first) == (True, False, True)
    assert ("Letter 26" in second, "Letter 01" in second, "Older" in second) == (False, True, False)


def test_the_copy_of_one_reader_can_be_found(postbox: Postbox) -> None:
    people = [person(f"r{n}@example.org", substitutions={"-n-": f"Reader {n}"}) for n in range(120)]
    send(postbox, personalizations=people, subject="For -n-")
    address = f"/letters/{key(postbox)}"
    everybody = page(postbox, address).text
    assert "For Reader 0" in everybody
    assert "1 of 3" in everybody
    found = page(postbox, f"{address}?q=r77").text
    assert "For Reader 77" in found
    assert "No copy was sent to a matching address" in page(postbox, f"{address}?q=zebra").text
    assert "For Reader 77" in page(postbox, f"{address}?copy=1.77").text
    assert "Copy not found" in page(postbox, f"{address}?copy=9.9").text


@pytest.mark.parametrize("tab", ["html", "text", "headers", "source", "call"])
@pytest.mark.parametrize("dressed", [True, False])
def test_every_tab_shows_its_part(postbox: Postbox, tab: str, dressed: bool) -> None:
    more = {"categories": ["c"], "custom_args": {"dispatch": "77"}, "headers": {"List-Id": "<list.example>"}}
    if dressed:
        send(postbox, **html_letter(), **more)
    else:
        send(postbox)
    text = page(postbox, f"/letters/{key(postbox)}?tab={tab}").text
    wanted = {
        "html": 'src="/copies/1.0/html"',
        "text": "Good morning",
        "headers": "&lt;list.example&gt;" if dressed else "Message-ID",
        "source": "Content-Transfer-Encoding",
        "call": "77" if dressed else "X-Message-Id",
    }
    assert wanted[tab] in text


def test_the_frame_is_as_wide_as_asked_and_as_dark(postbox: Postbox) -> None:
    send(postbox, **html_letter())
    address = f"/letters/{key(postbox)}"
    assert 'class="frame desktop"' in page(postbox, address).text
    assert 'class="frame phone"' in page(postbox, f"{address}?view=phone").text
    assert 'class="dark" src=' in page(postbox, f"{address}?dark=1").text


def test_the_letter_in_the_frame_can_run_and_load_nothing(postbox: Postbox) -> None:
    send(postbox, **html_letter('<script>alert(1)</script><img src="https://tracker.example/x.gif">'))
    answer = page(postbox, "/copies/1.0/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox allow-popups allow-popups-to-escape-sandbox;" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "https:" not in policy
    assert (
        "img-src data: http://127.0.0.1:* http://localhost:* https: http:"
        in page(postbox, "/copies/1.0/html?images=1").headers["Content-Security-Policy"]
    )
    shown = page(postbox, f"/letters/{key(postbox)}").text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "Images from the web are blocked" in shown


def test_what_comes_from_a_letter_is_escaped_on_our_own_pages(postbox: Postbox) -> None:
    evil = "<script>alert(1)</script>"
    more = {"custom_args": {evil: evil}, "headers": {"X-A": evil}, "categories": [evil], evil: 1}
    send(postbox, personalizations=[person("a@example.org", substitutions={evil: evil})], subject=evil, **more)
    send(postbox, "nobody", **{evil: 1})
    paths = [
        "/",
        "/calls",
        f"/?q={evil}",
        *(f"/letters/{key(postbox)}?tab={tab}&q={evil}" for tab in ("text", "headers", "source", "call")),
    ]
    for path in paths:
        answer = page(postbox, path.replace("<", "%3C").replace(">", "%3E"))
        assert evil not in answer.text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_no_page_loads_anything_from_elsewhere(postbox: Postbox) -> None:
    send(postbox)
    for path in ("/", "/calls", f"/letters/{key(postbox)}"):
        for link in re.findall(r'(?:src|href)="([^"]*)"', page(postbox, path).text):
            assert link.startswith(("/", "#")), link
    assert "url(" not in page(postbox, "/postbox.css").text


def test_a_letter_can_be_saved_for_a_mail_program(postbox: Postbox) -> None:
    send(postbox)
    answer = page(postbox, "/copies/1.0/raw")
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert "letter-1.0.eml" in answer.headers["Content-Disposition"]
    assert answer.body.startswith(b"Content-Type: multipart/alternative")


def test_warnings_are_shown(postbox: Postbox) -> None:
    people = [person("Rita@example.org", substitutions={"-a-": "x", "-a-b": "y"}), person("rita@example.org", too="t")]
    send(
        postbox,
        personalizations=people,
        subject="-a-b",
        un_known=1,
        **{"from": {"email": "n@example.org", "name": "ü"}},
    )
    text = page(postbox, f"/letters/{key(postbox)}").text
    for words in ("un_known", "too.", "1 of 2 copies", "start of another tag", "ASCII"):
        assert words in text
    assert "Accepted more than once for 1 reader:" in text
    assert "warning" in page(postbox, "/").text


def test_a_deleted_body_is_explained(postbox: Postbox) -> None:
    send(postbox)
    with postbox.context.mailbox.changing() as writer:
        writer.execute("DELETE FROM bodies")
    text = page(postbox, f"/letters/{key(postbox)}").text
    assert "The content was deleted" in text
    assert "rita@example.org" in text


def test_calls_show_problems_and_active_faults(postbox: Postbox) -> None:
    send(postbox, "nobody")
    send(postbox, mail_settings={"sandbox_mode": {"enable": True}})
    postbox.order(do="hang", times=3, where={"dispatch": "7"})
    batch = ask(postbox, "POST", "/v3/mail/batch").json["batch_id"]
    ask(postbox, "POST", "/v3/user/scheduled_sends", {"batch_id": batch, "status": "cancel"})
    text = page(postbox, "/calls").text
    for words in ("personalizations.0.to.0.email", "sandbox mode", "the next 3 calls", "1 of 10 slots", batch):
        assert words in text
    assert "Fault injection is on" in page(postbox, "/").text


@pytest.mark.parametrize("path", ["/letters/0123456789abcdef", "/copies/1.0/html", "/copies/1.0/raw", "/letters/x"])
def test_what_is_not_there_is_404(postbox: Postbox, path: str) -> None:
    assert ask(postbox, "GET", path).status == 404


def test_head_answers_without_a_body(postbox: Postbox) -> None:
    answer = ask(postbox, "HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 100


@pytest.mark.parametrize(
    ("html", "start"),
    [
        ("<html><head lang=en><p>", "<html><head lang=en><base "),
        ("<!DOCTYPE html>\n<html lang=he><body>", "<!DOCTYPE html>\n<html lang=he><base "),
        ("<!doctype html><p>", "<!doctype html><base "),
        ("<p>x", "<base "),
        ("<header>x</header>", "<base "),
    ],
)
def test_links_open_in_a_new_tab_without_upsetting_the_doctype(html: str, start: str) -> None:
    assert add_base_target(html).startswith(start)
    assert add_base_target(html).endswith(html[-3:])


@pytest.mark.parametrize(
    ("html", "remote"),
    [
        ('<img src="https://a.example/x">', True),
        ("<td background='//a.example/x'>", True),
        ("<p style='background:url(http://a.example/x)'>", True),
        ('<img src="http://127.0.0.1:8000/x">', False),
        ('<img src="data:image/gif;base64,x">', False),
        ('<a href="https://a.example/">', False),
    ],
)
def test_pictures_from_elsewhere_are_noticed(html: str, remote: bool) -> None:
    assert has_remote_pictures(html) is remote
