"""newsletter check: report settings that are not ready for production, with a fix for each."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.support import output
from newsletter.cli.support.options import Json
from newsletter.ops import production_checks


def check(
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False, json: Json = False
) -> None:
    """Check that the settings are ready to email real readers.

    Connects to the database and the broker, and sends no email. Exits with status 1 when something must be fixed.
    """
    facts = _facts()
    found = production_checks.findings(facts)
    stops = [finding for finding in found if finding.severity == "stop" or strict]
    if json:
        output.print_json(
            {
                "ready": not stops,
                "database": facts.database_software,
                "broker": facts.broker_software,
                "findings": [finding._asdict() for finding in found],
            }
        )
    else:
        for name, software in (("database", facts.database_software), ("broker", facts.broker_software)):
            if software:
                output.print_text(f"ok: The {name} is reachable: {software}.")
        for finding in found:
            output.print_text(f"{finding.severity}: {finding.problem} {finding.hint} ({finding.code})")
        output.print_note(
            "Ready for real readers." if not stops else f"Not ready: {_problem_count(len(stops))} to fix."
        )
    if stops:
        raise typer.Exit(1)


def _problem_count(count: int) -> str:
    return "1 problem" if count == 1 else f"{count} problems"


def _facts() -> production_checks.Facts:
    from django.conf import settings
    from django.db import connection

    from newsletter.delivery.ledger import installation
    from newsletter.ops.check_broker import BrokerAnswer, ask_broker

    problem, missing = _migrations()
    broker = ask_broker(settings.REDIS_URL) if settings.REDIS_URL else BrokerAnswer()
    is_migrated = not problem and not missing
    key_file = Path(settings.DATA_DIR) / "secret-key"
    return production_checks.Facts(
        debug=settings.DEBUG,
        secret_key=settings.SECRET_KEY,
        secret_is_local=key_file.exists()
        and key_file.read_text(encoding="ascii", errors="replace").strip() == settings.SECRET_KEY,
        base_url=settings.BASE_URL,
        allowed_hosts=tuple(settings.ALLOWED_HOSTS),
        database=connection.vendor,
        database_problem=problem,
        database_software="" if problem else _database_software(),
        migrations_missing=missing,
        redis_url=settings.REDIS_URL,
        broker_problem=broker.problem,
        broker_software=broker.software,
        has_api_key=bool(settings.SENDGRID_API_KEY),
        api_base=settings.SENDGRID_API_BASE,
        senders=_senders() if is_migrated else (),
        approvers=_approvers() if is_migrated else 0,
        has_webhook_key=bool(settings.SENDGRID_WEBHOOK_KEYS),
        trusted_proxies=settings.TRUSTED_PROXY_COUNT,
        installation_problem=installation.check(fresh=True).difference if is_migrated else "",
        is_second_factor_required="admin" in settings.REQUIRE_SECOND_FACTOR,
    )


def _migrations() -> tuple[str, int]:
    """Return why the database cannot be queried (or ""), and the number of unapplied migrations."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return "", len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        return (str(error).splitlines() or [type(error).__name__])[0], 0


def _database_software() -> str:
    from django.db import connection

    version = ".".join(str(number) for number in connection.get_database_version())
    return f"{connection.display_name} {version}"


def _senders() -> tuple[production_checks.PublicationSender, ...]:
    from newsletter.publications.models import Publication

    rows = (
        Publication.objects.filter(is_active=True).order_by("slug").values_list("slug", "sender_email", "auto_approve")
    )
    return tuple(production_checks.PublicationSender(*row) for row in rows)


def _approvers() -> int:
    from newsletter.accounts.models import User
    from newsletter.accounts.permissions import Permission, has_permission_somewhere

    return sum(
        has_permission_somewhere(user, Permission.APPROVE) and user.has_usable_password()
        for user in User.objects.filter(is_active=True)
    )
