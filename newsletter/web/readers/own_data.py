"""A reader's own data: `/d/<token>`, the link in the email that they asked for. Download it, or erase it."""

from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.audience import data_requests
from newsletter.insights import erase_reader, reader_record
from newsletter.lib import clock
from newsletter.web.readers.reader_view import token_page

LISTS = ("subscriptions", "consent_events", "editions", "gifts")


@token_page
def own_data(request: HttpRequest, token: str) -> HttpResponse:
    """Show the two buttons; on POST download the data, or erase the reader."""
    order = data_requests.open_request(token, now=clock.now())
    context = {"publication": order.publication, "address": order.subscriber.email, "erased": False, "problem": ""}
    context["posts_kept_days"] = settings.POSTS_KEPT_DAYS
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action == "download":
        record = reader_record.reader_record(order.subscriber)
        answer = HttpResponse(_as_json(record), content_type="application/json")
        answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
        return answer
    if action == "erase":
        if request.POST.get("sure"):
            erase_reader.erase(order.subscriber.email)
            context["erased"] = True
        else:
            context["problem"] = "Tick the box to erase your data."
    return render(request, "web/readers/own_data.html", context)


def _as_json(record: reader_record.ReaderRecord) -> bytes:
    lists: dict[str, Any] = {name: [row._asdict() for row in getattr(record, name)] for name in LISTS}
    return orjson.dumps(record._asdict() | lists, option=orjson.OPT_INDENT_2)
