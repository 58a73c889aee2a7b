"""What tests ask of pages."""

import html
import re
from typing import Any

from django.http import HttpResponseBase
from django.test import Client


def words(response: Any) -> str:
    """The page's text as a person reads it: no tags, single blanks."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def follow(response: HttpResponseBase, client: Client) -> str:
    """The words of the page that a form's answer leads to."""
    assert response.status_code == 302, words(response)
    return words(client.get(response["Location"]))
