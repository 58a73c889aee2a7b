import pytest

from newsletter.lib.errors import BadInput
from newsletter.lib.links import web_link


@pytest.mark.parametrize(
    "link", ["https://example.org/a?b=c#d", "http://example.org", "https://xn--bcher-kva.example/ä"]
)
def test_an_absolute_web_address_is_taken_as_it_is(link: str) -> None:
    assert web_link(f"  {link} ", field="link") == link


@pytest.mark.parametrize(
    "link",
    ["", "example.org/a", "/a", "javascript:alert(1)", "data:text/html,x", "mailto:a@example.org", "https://", "https:///a",
     "https://example.org/a b", "https://example.org/\nX: y", 'https://example.org/"x', "https://me:pw@example.org/",
     "https://example.org:port/", "https://[::1/"],
)  # fmt: skip
def test_anything_else_is_bad_input_that_names_its_field(link: str) -> None:
    with pytest.raises(BadInput) as caught:
        web_link(link, field="destination")
    assert caught.value.field == "destination"
