"""newsletter deliverability: the DNS records of sending domains, and mailbox providers."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated

import typer

from newsletter.cli.commands.ops import WARNING
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

app = Commands(help="See whether emails reach inboxes: DNS records of sending domains, mailbox providers.")
Domain = Annotated[str, typer.Argument(metavar="[DOMAIN]", help="Only this one; default: all.", show_default=False)]


@app.command()
def show(json: Json = False) -> None:
    """Show the records of sending domains as last looked up, mailbox providers, and warm-ups.

    Exits with status 1 if a record is missing or wrong.
    """
    from newsletter.mail.domain_records.record_check import CheckState
    from newsletter.ops.deliverability.sending_domains import domain_reports
    from newsletter.ops.deliverability.warm_up_days import warm_up_days
    from newsletter.ops.mailbox_counts import mailbox_rates

    now = clock.now()
    reports, rates = domain_reports(), mailbox_rates(now=now)
    if json:
        from dataclasses import asdict

        output.print_json(
            {
                "domains": [
                    {
                        "domain": report.domain,
                        "publications": list(report.publications),
                        "looked_up_at": report.looked_up_at,
                        "bad_since": report.bad_since,
                        "checks": [check.to_json() for check in report.checks],
                    }
                    for report in reports
                ],
                "mailbox_providers": [asdict(rate) for rate in rates],
                "warm_ups": [asdict(day) for day in warm_up_days(now=now)],
            }
        )
    else:
        output.print_table(
            ["domain", "record", "state", "what", "what to change"],
            [
                [report.domain, check.kind, check.state.value, check.sentence, check.remedy]
                for report in reports
                for check in report.checks
            ],
        )
        for report in reports:
            if not report.checks:
                output.print_note(
                    f"{report.domain}: not looked up yet. newsletter deliverability look-up {report.domain}"
                )
        output.print_table(
            ["mailbox provider", "delivered", "deferred", "blocked", "bounced", "complaints"],
            [[r.mailbox_provider, r.delivered, r.deferred, r.blocked, r.bounced, r.complained] for r in rates],
        )
        for day in warm_up_days(now=now):
            output.print_text(f"Warm-up of {day.domain}: {day.sentence}")
    if any(report.state == CheckState.BAD for report in reports):
        raise typer.Exit(WARNING)


@app.command("look-up")
def look_up(domain: Domain = "", by: By = "", json: Json = False) -> None:
    """Look up the records of sending domains now, and show them as `show` does.

    Example: newsletter deliverability look-up news.example.org
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.ops.deliverability import sending_domains
    from newsletter.ops.models import SendingDomain

    person = lookups.person(by, Permission.OPERATE)
    now = clock.now()
    names = [domain.strip().lower()] if domain else list(sending_domains.domains_in_use())
    if not names:
        raise InvalidState("There is no active publication, so there is no sending domain.")
    for name in names:
        sending_domains.order_look_up(name, by=person, now=now)
        sending_domains.look_up(SendingDomain.objects.get(domain=name), now=now)
    show(json=json)
