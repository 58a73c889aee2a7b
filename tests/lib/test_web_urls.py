import pytest

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import parse_hosts, readable_host, validate_web_url


@pytest.mark.parametrize(
    "link", ["https://example.org/a?b=c#d", "http://example.org", "https://xn--bcher-kva.example/ä"]
)
def test_an_absolute_web_address_is_unchanged(link: str) -> None:
    assert validate_web_url(f"  {link} ", field="link") == link


@pytest.mark.parametrize(
    "link",
    ["", "example.org/a", "/a", "javascript:alert(1)", "data:text/html,x", "mailto:a@example.org", "https://", "https:///a",
     "https://example.org/a b", "https://example.org/\nX: y", 'https://example.org/"x', "https://me:pw@example.org/",
     "https://example.org:port/", "https://[::1/", "https://example.org/\ud800"],
)  # fmt: skip
def test_any_other_text_is_bad_input_that_names_its_field(link: str) -> None:
    with pytest.raises(BadInput) as caught:
        validate_web_url(link, field="destination")
    assert caught.value.field == "destination"


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://bücher.example/ä?ö#ü", "https://xn--bcher-kva.example/ä?ö#ü"),
        ("https://Bücher.example:8443/", "https://xn--bcher-kva.example:8443/"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://مثال.إختبار/", "https://xn--mgbh0fb.xn--kgbechtv/"),
        ("https://i❤.example/", "https://xn--i-7iq.example/"),
    ],
)
def test_an_international_host_is_converted_to_ascii(given: str, written: str) -> None:
    assert validate_web_url(given, field="link") == written


def test_an_invalid_host_is_rejected() -> None:
    with pytest.raises(BadInput, match="has an invalid host name"):
        validate_web_url(f"https://{'ü' * 80}.example/", field="link")


def test_host_names_are_stored_in_ascii_and_shown_in_their_own_script() -> None:
    assert parse_hosts("Bücher.example, example.org", field="hosts") == "xn--bcher-kva.example example.org"
    assert readable_host("xn--bcher-kva.example") == "bücher.example"
    assert [readable_host(name) for name in ("example.org", "xn--", "", "[::1]")] == [
        "example.org",
        "xn--",
        "",
        "[::1]",
    ]
