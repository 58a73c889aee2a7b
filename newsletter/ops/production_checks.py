"""Rules that decide whether an installation is ready to email real readers. `newsletter check` gathers the facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from newsletter.ops.check_broker import is_redis_server

# RFC 2606, 6761 and 8375: reserved names that nobody owns, so no provider can authenticate them as sender domains.
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


class ProductionProblem(NamedTuple):
    """One problem. `severity` is stop (readers would be harmed or receive nothing) or warn."""

    severity: str
    code: str
    problem: str
    hint: str


@dataclass(frozen=True, slots=True)
class PublicationSender:
    """An active publication and its sender address."""

    publication: str
    email: str
    auto_approve: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `senders` and `approvers` can be read from a migrated database only.

    `database` is the vendor, such as sqlite.
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
    senders: tuple[PublicationSender, ...]
    approvers: int
    has_webhook_key: bool = True
    installation_problem: str = ""
    trusted_proxies: int = 1
    broker_problem: str = ""
    database_software: str = ""
    broker_software: str = ""
    is_second_factor_required: bool = True  # of administrators


def findings(facts: Facts) -> list[ProductionProblem]:
    """Return all problems, stops first."""
    found = [*_web(facts), *_stores(facts), *_provider(facts)]
    if not facts.database_problem and not facts.migrations_missing:
        found += _newsroom(facts)
    return sorted(found, key=lambda finding: finding.severity != "stop")


def _web(facts: Facts) -> Iterator[ProductionProblem]:
    if facts.debug:
        yield ProductionProblem("stop", "debug-on", "DEBUG is on: error pages expose internals.", "Set DEBUG=no.")
    if len(facts.secret_key) < 32 or len(set(facts.secret_key)) < 10:
        yield ProductionProblem(
            "stop",
            "secret-weak",
            "SECRET_KEY is weak: links in emails can be forged.",
            "Set SECRET_KEY to 50 random characters.",
        )
    elif facts.secret_is_local:
        yield ProductionProblem(
            "warn",
            "secret-local",
            "SECRET_KEY is a local file: a second machine cannot verify links that this machine signs.",
            "Set SECRET_KEY, or SECRET_KEY_FILE, to the same value on every machine.",
        )
    base = urlsplit(facts.base_url)
    host = base.hostname or ""
    header = f"[{host}]" if ":" in host else host  # as a Host header has it
    if host in LOOPBACK:
        yield ProductionProblem(
            "stop",
            "base-url-local",
            "BASE_URL points to this machine: readers cannot unsubscribe.",
            "Set BASE_URL=https://…",
        )
    elif base.scheme != "https":
        yield ProductionProblem(
            "stop",
            "base-url-not-https",
            "BASE_URL is not https, which one-click unsubscribe requires.",
            "Set BASE_URL=https://…",
        )
    if base.scheme == "https" and not facts.trusted_proxies:
        yield ProductionProblem(
            "warn",
            "proxies-unknown",
            "BASE_URL is https, so there is a proxy, but TRUSTED_PROXY_COUNT is 0: all visitors appear to have one "
            "address, and password guessing by strangers blocks sign-in from your new browsers.",
            "Set TRUSTED_PROXY_COUNT to the number of proxies that append to X-Forwarded-For.",
        )
    if "*" in facts.allowed_hosts:
        yield ProductionProblem(
            "stop", "hosts-any", "ALLOWED_HOSTS accepts any host name.", f"Set ALLOWED_HOSTS={header}."
        )
    elif not any(
        header == name or (name.startswith(".") and f".{host}".endswith(name)) for name in facts.allowed_hosts
    ):
        yield ProductionProblem(
            "stop",
            "hosts-lack-base",
            "ALLOWED_HOSTS does not contain the host of BASE_URL: all pages answer with status 400.",
            f"Add {header} to ALLOWED_HOSTS.",
        )


def _stores(facts: Facts) -> Iterator[ProductionProblem]:
    if facts.database_problem:
        yield ProductionProblem(
            "stop", "database-unreachable", f"Cannot use the database: {facts.database_problem}", "Check DATABASE_URL."
        )
    elif facts.migrations_missing:
        yield ProductionProblem(
            "stop",
            "migrations-missing",
            f"Unapplied migrations: {facts.migrations_missing}.",
            "Run: newsletter migrate",
        )
    if facts.installation_problem:
        yield ProductionProblem(
            "stop", "environment-unconfirmed", facts.installation_problem, "Run: newsletter environment confirm"
        )
    if facts.database == "sqlite":
        yield ProductionProblem(
            "warn",
            "database-sqlite",
            "The database is SQLite, a file on one machine.",
            "This is fine for one machine. For several, set DATABASE_URL=postgres://…",
        )
    if not facts.redis_url:
        yield ProductionProblem(
            "warn",
            "redis-not-set",
            "REDIS_URL is not set: only `newsletter run` starts its own Redis server.",
            "To run workers separately or on several machines, set REDIS_URL.",
        )
    elif facts.broker_problem:
        yield ProductionProblem(
            "stop",
            "broker-unreachable",
            f"Cannot use the broker: {facts.broker_problem}.",
            "Start the broker, or check REDIS_URL.",
        )
    elif facts.redis_url.startswith("sentinel://"):
        yield ProductionProblem(
            "stop",
            "broker-sentinel",
            "Workers cannot use Redis Sentinel: no setting names its master.",
            "Set REDIS_URL=redis://… of one server.",
        )
    elif not is_redis_server(facts.redis_url):
        yield ProductionProblem(
            "warn",
            "broker-ages-unread",
            "The broker is RabbitMQ, so the age of waiting tasks cannot be read: system status does not notice a worker"
            " queue that stands still.",
            "Sending is not affected. Watch the worker queues in RabbitMQ, or set REDIS_URL=redis://…",
        )


def _provider(facts: Facts) -> Iterator[ProductionProblem]:
    base = urlsplit(facts.api_base)
    if facts.api_base and (base.hostname or "") in LOOPBACK:
        yield ProductionProblem(
            "stop",
            "provider-postbox",
            "Emails go to the local postbox, not to readers.",
            "Set SENDGRID_API_KEY, and unset SENDGRID_API_BASE.",
        )
    elif facts.api_base and base.scheme != "https":
        yield ProductionProblem(
            "stop",
            "provider-not-https",
            "SENDGRID_API_BASE is not https: the API key would be sent unencrypted.",
            "Unset SENDGRID_API_BASE.",
        )
    if not facts.has_api_key:
        yield ProductionProblem(
            "stop",
            "provider-key-missing",
            "SENDGRID_API_KEY is not set.",
            "Set SENDGRID_API_KEY or SENDGRID_API_KEY_FILE.",
        )
    if not facts.has_webhook_key:
        yield ProductionProblem(
            "warn",
            "webhook-key-missing",
            "SENDGRID_WEBHOOK_KEY is not set: bounced addresses keep being mailed, and uncertain batches need manual "
            "settling.",
            "Create a signed event webhook at SendGrid (docs/settings.md) and set its verification key.",
        )


def _newsroom(facts: Facts) -> Iterator[ProductionProblem]:
    if not facts.senders:
        yield ProductionProblem(
            "stop", "publication-missing", "There is no active publication.", "Run: newsletter publications add"
        )
    for sender in facts.senders:
        domain = sender.email.rpartition("@")[2].lower()
        if any(domain == name or domain.endswith(f".{name}") for name in RESERVED_DOMAINS):
            yield ProductionProblem(
                "stop",
                "sender-reserved-domain",
                f"Publication {sender.publication} sends from {domain}, a reserved domain.",
                f"Run: newsletter publications set {sender.publication} sender_email=…",
            )
    if not facts.approvers and not all(sender.auto_approve for sender in facts.senders):
        yield ProductionProblem(
            "stop",
            "approver-missing",
            "No user has permission to approve editions.",
            "Run: newsletter users add --role editor",
        )
    if not facts.is_second_factor_required:
        yield ProductionProblem(
            "warn",
            "second-factor-optional",
            "Administrators may sign in with a password alone.",
            "Once they have a second factor, set REQUIRE_SECOND_FACTOR=admin.",
        )
