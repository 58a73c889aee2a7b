from datetime import timedelta

from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.notices import write_notices
from newsletter.notices.models import Webhook
from newsletter.notices.webhooks.call_webhooks import call_next
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make
from tests.support.website import Website, status


def test_notices_are_listed_with_what_comes_and_read(newsletter: Command, publication: Publication) -> None:
    cora = make.cora()
    make.edition(publication, due_at=clock.now() + timedelta(hours=2))
    assert write_notices.write_judged(now=clock.now()) == 1
    [notice] = newsletter("notices", "list", cora.email, "--json").data
    assert notice["kind"] == "thin-queue"
    assert "without a story at its send time it is skipped" in notice["if_nobody_acts"]
    assert notice["path"] == f"/desk/{publication.slug}/"
    assert newsletter("notices", "read", cora.email).text == "Marked as read: 1."
    assert newsletter("notices", "list", cora.email, "--unread", "--json").data == []


def test_choices_are_shown_changed_and_recorded(newsletter: Command) -> None:
    cora = make.cora()
    assert newsletter("notices", "choices", cora.email, "--json").data["sent"] == "page"
    assert newsletter("notices", "choose", cora.email, "sent", "digest", "--json").data["sent"] == "digest"
    assert "sent digest" in newsletter("notices", "choices", cora.email).text
    refused = newsletter("notices", "choose", cora.email, "sign-in", "none")
    assert "It protects the account, so it is always sent by email." in refused.err
    assert Record.objects.get(act="notices-chosen").door == "command"


def test_webhooks_are_added_tested_replayed_and_removed(
    newsletter: Command, publication: Publication, site: Website
) -> None:
    url = "https://hooks.example.org/in"
    said = ("--name", "Chat", "--kind", "sent", "-p", publication.slug, "--json")
    made = newsletter("webhooks", "add", "-", *said, stdin=f"{url}\n").data
    number = made["webhook"]
    assert made["secret"].startswith("whsec_")
    assert (made["host"], made["kinds"], made["publication"]) == ("hooks.example.org", ["sent"], publication.slug)
    assert "secret" not in newsletter("webhooks", "list", "--json").data[0]
    assert newsletter("webhooks", "rotate", number).text.startswith("whsec_")
    changed = newsletter("webhooks", "set", number, "--name", "Desk", "--kind", "approval", "--json").data
    assert (changed["name"], changed["kinds"]) == ("Desk", ["approval"])
    assert newsletter("webhooks", "test", number).text.startswith("Ordered msg_")
    hook = Webhook.objects.get()
    hook.address = site.url("/in")
    hook.save()
    site.pages["/in"] = status(410)
    assert call_next(now=clock.now(), policy=site.reach())
    assert "410" in newsletter("webhooks", "deliveries", number).text
    assert "410" in newsletter("webhooks", "list").text
    assert newsletter("webhooks", "switch", number, "on").text == "Switched on."
    assert newsletter("webhooks", "replay", number).text == "Delivered again within moments: 0."
    assert "Give --yes." in newsletter("webhooks", "remove", number).err
    assert newsletter("webhooks", "remove", number, "--yes").text == "Removed Desk."
    assert "no webhook" in newsletter("webhooks", "test", number).err
    assert "Give on or off." in newsletter("webhooks", "switch", number, "up").err
