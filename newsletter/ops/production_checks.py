"""Whether this installation may send to real readers: pure checks of the facts that `newsletter check` gathers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

# RFC 2606, 6761 and 8375: names that nobody owns. A provider cannot authenticate example.org and similar domains.
RESERVED_DOMAINS = (
    "example",
    "example.com",
    "example.net",
    "example.org",
    "test",
    "invalid",
    "localhost",
    "local",
    "internal",
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Finding(NamedTuple):
    """One problem. `severity` is stop (readers would be harmed or receive nothing) or warn."""

    severity: str
    code: str
    problem: str
    hint: str


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of an active publication, which is named by its slug."""

    publication: str
    email: str
    auto_approve: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts to judge. `database` is sqlite or another vendor; `senders` and `approvers` need its tables.

    `installation_problem` says why the database does not belong to this installation; empty when it does.
    """

    debug: bool
    secret_key: str
    secret_is_local: bool
    base_url: str
    allowed_hosts: tuple[str, ...]
    database: str
    database_problem: str
    migrations_missing: int
    redis_url: str
    has_api_key: bool
    api_base: str
    senders: tuple[Sender, ...]
    approvers: int
    has_webhook_key: bool = True
    installation_problem: str = ""
    trusted_proxies: int = 1
    broker_problem: str = ""
    database_software: str = ""
    broker_software: str = ""


def findings(facts: Facts) -> list[Finding]:
    """Return all findings, those of severity stop first."""
    found = [*_web(facts), *_stores(facts), *_provider(facts)]
    if not facts.database_problem and not facts.migrations_missing:
        found += _newsroom(facts)
    return sorted(found, key=lambda finding: finding.severity != "stop")


def _web(facts: Facts) -> Iterator[Finding]:
    if facts.debug:
        yield Finding("stop", "debug-on", "DEBUG is on: error pages expose internals.", "Set DEBUG=no.")
    if len(facts.secret_key) < 32 or len(set(facts.secret_key)) < 10:
        yield Finding(
            "stop",
            "secret-weak",
            "SECRET_KEY is too weak: links in emails could be forged.",
            "Set SECRET_KEY to 50 random characters.",
        )
    elif facts.secret_is_local:
        yield Finding(
            "warn",
            "secret-local",
            "SECRET_KEY is a file in the data folder: a second machine would reject the links that this one signs.",
            "Set SECRET_KEY, or SECRET_KEY_FILE, to the same value on every machine.",
        )
    base = urlsplit(facts.base_url)
    host = base.hostname or ""
    header = f"[{host}]" if ":" in host else host  # the form of a Host header
    if host in LOOPBACK:
        yield Finding(
            "stop",
            "base-url-local",
            "BASE_URL is this machine: readers could not unsubscribe.",
            "Set BASE_URL=https://…",
        )
    elif base.scheme != "https":
        yield Finding(
            "stop",
            "base-url-not-https",
            "BASE_URL is not https, which one-click unsubscribe requires.",
            "Set BASE_URL=https://…",
        )
    if base.scheme == "https" and not facts.trusted_proxies:
        yield Finding(
            "warn",
            "proxies-unknown",
            "BASE_URL is https, so requests come through a proxy, but TRUSTED_PROXY_COUNT is 0: all visitors seem to "
            "share one address, and somebody who guesses passwords locks your staff out of new browsers.",
            "Set TRUSTED_PROXY_COUNT to the number of proxies that add to X-Forwarded-For.",
        )
    if "*" in facts.allowed_hosts:
        yield Finding("stop", "hosts-any", "ALLOWED_HOSTS allows any host name.", f"Set ALLOWED_HOSTS={header}.")
    elif not any(
        header == name or (name.startswith(".") and f".{host}".endswith(name)) for name in facts.allowed_hosts
    ):
        yield Finding(
            "stop",
            "hosts-lack-base",
            "ALLOWED_HOSTS lacks the host of BASE_URL: its pages would answer 400.",
            f"Add {header} to ALLOWED_HOSTS.",
        )


def _stores(facts: Facts) -> Iterator[Finding]:
    if facts.database_problem:
        yield Finding(
            "stop", "database-unreachable", f"Cannot use the database: {facts.database_problem}", "Check DATABASE_URL."
        )
    elif facts.migrations_missing:
        yield Finding(
            "stop",
            "migrations-missing",
            "1 migration is not applied."
            if facts.migrations_missing == 1
            else f"{facts.migrations_missing} migrations are not applied.",
            "Run: newsletter migrate",
        )
    if facts.installation_problem:
        yield Finding("stop", "environment-strange", facts.installation_problem, "Run: newsletter environment confirm")
    if facts.database == "sqlite":
        yield Finding(
            "warn",
            "database-sqlite",
            "The database is SQLite, a file on one machine.",
            "SQLite is fine for one machine. For several machines, set DATABASE_URL=postgres://…",
        )
    if not facts.redis_url:
        yield Finding(
            "warn",
            "redis-own",
            "REDIS_URL is not set: only `newsletter run` starts its own Redis.",
            "To run workers separately or on several machines, set REDIS_URL.",
        )
    elif facts.broker_problem:
        yield Finding(
            "stop",
            "broker-silent",
            f"The broker cannot be used: {facts.broker_problem}.",
            "Start the broker, or check REDIS_URL.",
        )


def _provider(facts: Facts) -> Iterator[Finding]:
    base = urlsplit(facts.api_base)
    if facts.api_base and (base.hostname or "") in LOOPBACK:
        yield Finding(
            "stop",
            "provider-postbox",
            "Emails go to the local postbox, not to readers.",
            "Set SENDGRID_API_KEY, and unset SENDGRID_API_BASE.",
        )
    elif facts.api_base and base.scheme != "https":
        yield Finding(
            "stop",
            "provider-not-https",
            "SENDGRID_API_BASE is not https: the API key would be sent unencrypted.",
            "Unset SENDGRID_API_BASE.",
        )
    if not facts.has_api_key:
        yield Finding(
            "stop",
            "provider-key-missing",
            "SENDGRID_API_KEY is not set.",
            "Set SENDGRID_API_KEY or SENDGRID_API_KEY_FILE.",
        )
    if not facts.has_webhook_key:
        yield Finding(
            "warn",
            "webhook-key-missing",
            "SENDGRID_WEBHOOK_KEY is not set: bounced addresses keep being mailed, and uncertain batches need manual "
            "settling.",
            "Create a signed event webhook at SendGrid (docs/settings.md) and set its verification key.",
        )


def _newsroom(facts: Facts) -> Iterator[Finding]:
    if not facts.senders:
        yield Finding(
            "stop", "publication-missing", "There is no active publication.", "Run: newsletter publications add"
        )
    for sender in facts.senders:
        domain = sender.email.rpartition("@")[2].lower()
        if any(domain == name or domain.endswith(f".{name}") for name in RESERVED_DOMAINS):
            yield Finding(
                "stop",
                "sender-nobodys",
                f"Publication {sender.publication} is sent from {domain}, which is reserved for examples and tests.",
                f"Run: newsletter publications set {sender.publication} sender_email=…",
            )
    if not facts.approvers and not all(sender.auto_approve for sender in facts.senders):
        yield Finding(
            "stop", "approver-missing", "No user may approve editions.", "Run: newsletter users add --role editor"
        )
