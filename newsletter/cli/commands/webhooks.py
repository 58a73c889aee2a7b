"""newsletter webhooks: addresses that get notices by POST, and the log of what was delivered to them."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import input_files, lookups, output
from newsletter.cli.support.options import By, Json, Yes
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.notices.kind_names import NoticeKind

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.notices.models import Webhook

app = Commands(help="Manage webhooks, which get notices by POST.")
WebhookId = Annotated[int, typer.Argument(metavar="WEBHOOK", help="Webhook number, from `webhooks list`.")]
Place = Annotated[
    str,
    typer.Option(
        "--publication",
        "-p",
        metavar="SLUG",
        help="Publication whose notices it gets; without one, those of all and about the service.",
        show_default=False,
    ),
]
Kinds = Annotated[
    list[NoticeKind] | None,
    typer.Option("--kind", metavar="KIND", help="Kind of notices; may be repeated.", show_default=False),
]
Address = Annotated[
    str,
    typer.Argument(metavar="URL", help="An https address; - reads it from stdin, which keeps it out of the history."),
]


class FormatOption(StrEnum):
    """The values of `notices.webhook_models.WebhookFormat`."""

    SIGNED = "signed"
    SLACK = "slack"


@app.command()
def add(  # noqa: PLR0917 — Typer reads them as options
    url: Address,
    name: Annotated[str, typer.Option(help="Name, shown on the pages.")],
    kind: Kinds = None,
    format_: Annotated[
        FormatOption, typer.Option("--format", help="signed (Standard Webhooks) or slack (text).")
    ] = FormatOption.SIGNED,
    publication: Place = "",
    by: By = "",
    json: Json = False,
) -> None:
    """Add a webhook and print its secret, which is not shown again.

    Example: newsletter webhooks add https://hooks.example.org/in --name Chat --kind sent --kind approval
    """
    from newsletter.notices.webhook_models import WebhookFormat
    from newsletter.notices.webhooks import edit_webhook

    place = lookups.publication(publication) if publication else None
    webhook, secret = edit_webhook.add_webhook(
        place,
        name=name,
        address=input_files.read_first_line("URL") if url == "-" else url,
        form=WebhookFormat(format_.value),
        kinds=[one.value for one in kind] if kind else [one.value for one in edit_webhook.kinds_for(place)],
        by=_person(by, place.pk if place else None),
        now=clock.now(),
    )
    shape = _shape(webhook) | ({"secret": secret} if secret else {})
    output.print_json(shape) if json else output.print_fields(list(shape.items()))


@app.command("list")
def list_(json: Json = False) -> None:
    """List all webhooks, with what is wrong with them."""
    from newsletter.notices.models import Webhook

    shapes = [_shape(hook) for hook in Webhook.objects.select_related("publication").order_by("pk")]
    if json:
        output.print_json(shapes)
        return
    names = ["webhook", "name", "publication", "format", "host", "is_on", "problem"]
    output.print_table(names, [[one[name] for name in names] for one in shapes])


@app.command("set")
def set_(
    webhook: WebhookId,
    name: Annotated[str, typer.Option(help="New name.", show_default=False)] = "",
    kind: Kinds = None,
    by: By = "",
    json: Json = False,
) -> None:
    """Change the name or the kinds of a webhook. For a new address use the page, or add another webhook."""
    from newsletter.notices.webhooks import edit_webhook

    row = _named(webhook)
    kinds = [one.value for one in kind] if kind else row.kinds
    by_user = _person(by, row.publication_id)
    changed = edit_webhook.change_webhook(row, name=name or row.name, kinds=kinds, by=by_user, now=clock.now())
    shape = _shape(changed)
    output.print_json(shape) if json else output.print_fields(list(shape.items()))


@app.command()
def rotate(webhook: WebhookId, by: By = "") -> None:
    """Make a new secret and print it. The present one signs for another 24 hours, beside the new one."""
    from newsletter.notices.webhooks import edit_webhook

    row = _named(webhook)
    output.print_text(edit_webhook.rotate_secret(row, by=_person(by, row.publication_id), now=clock.now()))


@app.command("test")
def send_test(webhook: WebhookId, by: By = "") -> None:
    """Order a test message. `webhooks deliveries` shows the answer."""
    from newsletter.notices.webhooks import edit_webhook

    row = _named(webhook)
    delivery = edit_webhook.send_test(row, by=_person(by, row.publication_id), now=clock.now())
    output.print_text(f"Ordered {delivery.message_id}.")


@app.command()
def switch(
    webhook: WebhookId,
    state: Annotated[str, typer.Argument(metavar="on|off", help="on or off.")],
    by: By = "",
) -> None:
    """Switch a webhook on or off."""
    from newsletter.notices.webhooks import edit_webhook

    if state not in ("on", "off"):
        raise BadInput("on|off", f"{state!r} is neither.", "Give on or off.")
    row = _named(webhook)
    edit_webhook.switch(row, is_on=state == "on", by=_person(by, row.publication_id), now=clock.now())
    output.print_text(f"Switched {state}.")


@app.command()
def remove(webhook: WebhookId, by: By = "", yes: Yes = False) -> None:
    """Remove a webhook with its log."""
    from newsletter.notices.webhooks import edit_webhook

    row = _named(webhook)
    if not output.confirm(f"Remove {row} with its log?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was removed.")
    edit_webhook.remove_webhook(row, by=_person(by, row.publication_id), now=clock.now())
    output.print_text(f"Removed {row}.")


@app.command()
def deliveries(
    webhook: WebhookId,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest.")] = 50,
    json: Json = False,
) -> None:
    """Show what was delivered to a webhook, and each try."""
    shapes: list[dict[str, Any]] = [
        {
            "delivery": one.pk,
            "message_id": one.message_id,
            "kind": one.kind,
            "asked_at": one.asked_at,
            "delivered_at": one.delivered_at,
            "given_up_at": one.given_up_at,
            "tries": [
                {"at": each.at, "status": each.status, "seconds": each.seconds, "problem": each.problem}
                for each in one.attempts.all()
            ],
        }
        for one in _named(webhook).deliveries.prefetch_related("attempts")[:limit]
    ]
    if json:
        output.print_json(shapes)
        return
    output.print_table(
        ["delivery", "kind", "asked at", "delivered at", "tries", "last problem"],
        [
            [s["delivery"], s["kind"], s["asked_at"], s["delivered_at"] or "", len(s["tries"]), _last_problem(s)]
            for s in shapes
        ],
    )


@app.command()
def replay(
    webhook: WebhookId,
    delivery: Annotated[
        int | None, typer.Option(help="Delivery number; without one, all that were given up.", show_default=False)
    ] = None,
    by: By = "",
) -> None:
    """Deliver messages again, with the message ids that they had."""
    from newsletter.notices.webhooks import edit_webhook

    row = _named(webhook)
    by_user = _person(by, row.publication_id)
    count = edit_webhook.replay(row, delivery_id=delivery, by=by_user, now=clock.now())
    output.print_text(f"Delivered again within moments: {count}.")


def _named(number: int) -> Webhook:
    from newsletter.notices.models import Webhook

    found = Webhook.objects.select_related("publication").filter(pk=number).first()
    if found is None:
        raise BadInput("webhook", f"no webhook {number}.", "List them: newsletter webhooks list")
    return found


def _shape(webhook: Webhook) -> dict[str, Any]:
    return {
        "webhook": webhook.pk,
        "name": webhook.name,
        "publication": webhook.publication.slug if webhook.publication else None,
        "format": webhook.format,
        "host": webhook.host,
        "kinds": webhook.kinds,
        "is_on": webhook.is_on,
        "problem": webhook.off_reason or (f"failing since {webhook.failing_since}" if webhook.failing_since else ""),
    }


def _last_problem(shape: dict[str, Any]) -> str:
    return str(shape["tries"][-1]["problem"]) if shape["tries"] else ""


def _person(by: str, publication_id: int | None) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.CONFIGURE, publication=publication_id)
