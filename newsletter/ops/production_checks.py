"""Is this house fit to mail real readers? Pure judgement of facts that `check.py` gathers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

# RFC 2606, 6761 and 8375: names that nobody owns. example.org and kin cannot be authenticated with a provider.
NOBODYS = ("example", "example.com", "example.net", "example.org", "test", "invalid", "localhost", "local", "internal")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Finding(NamedTuple):
    """`severity` is stop (readers would be harmed or get nothing) or warn."""

    severity: str
    code: str
    problem: str
    hint: str


@dataclass(frozen=True, slots=True)
class Sender:
    """An active publication, by its slug."""

    publication: str
    email: str
    auto_approve: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is looked at. `database` is sqlite or another vendor; `senders` and `approvers` need its tables."""

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
    strange: str = ""
    trusted_proxies: int = 1
    broker_problem: str = ""
    database_software: str = ""
    broker_software: str = ""


def findings(facts: Facts) -> list[Finding]:
    """Everything that is wrong, the stops first."""
    found = [*_web(facts), *_stores(facts), *_provider(facts)]
    if not facts.database_problem and not facts.migrations_missing:
        found += _newsroom(facts)
    return sorted(found, key=lambda finding: finding.severity != "stop")


def _web(facts: Facts) -> Iterator[Finding]:
    if facts.debug:
        yield Finding("stop", "debug-on", "DEBUG is on: an error shows its insides to strangers.", "Set DEBUG=no.")
    if len(facts.secret_key) < 32 or len(set(facts.secret_key)) < 10:
        yield Finding(
            "stop",
            "secret-weak",
            "SECRET_KEY is short: links in letters could be forged.",
            "Set one of 50 random characters.",
        )
    elif facts.secret_is_local:
        yield Finding(
            "warn",
            "secret-local",
            "SECRET_KEY is a file beside the data: a second machine would not know the links that this one signs.",
            "Set SECRET_KEY, or SECRET_KEY_FILE, to the same value on every machine.",
        )
    base = urlsplit(facts.base_url)
    host = base.hostname or ""
    header = f"[{host}]" if ":" in host else host  # as a Host header has it
    if host in LOOPBACK:
        yield Finding(
            "stop", "base-url-local", "BASE_URL is this machine: no reader could unsubscribe.", "Set BASE_URL=https://…"
        )
    elif base.scheme != "https":
        yield Finding(
            "stop",
            "base-url-not-https",
            "BASE_URL is not https: one-click unsubscribing needs it.",
            "Set BASE_URL=https://…",
        )
    if base.scheme == "https" and not facts.trusted_proxies:
        yield Finding(
            "warn",
            "proxies-unknown",
            "BASE_URL is https, so a proxy stands before the web server, and TRUSTED_PROXY_COUNT is 0: everybody seems "
            "to come from one address, and strangers who guess passwords keep new browsers of yours out.",
            "Set it to the number of proxies that add to X-Forwarded-For.",
        )
    if "*" in facts.allowed_hosts:
        yield Finding("stop", "hosts-any", "ALLOWED_HOSTS lets in any name.", f"Set ALLOWED_HOSTS={header}.")
    elif not any(
        header == name or (name.startswith(".") and f".{host}".endswith(name)) for name in facts.allowed_hosts
    ):
        yield Finding(
            "stop",
            "hosts-lack-base",
            "ALLOWED_HOSTS lacks the host of BASE_URL: its pages answer 400.",
            f"Add {header} to it.",
        )


def _stores(facts: Facts) -> Iterator[Finding]:
    if facts.database_problem:
        yield Finding(
            "stop", "database-silent", f"The database cannot be used: {facts.database_problem}", "Check DATABASE_URL."
        )
    elif facts.migrations_missing:
        yield Finding(
            "stop",
            "migrations-missing",
            f"{facts.migrations_missing} migrations are not applied.",
            "Run: newsletter migrate",
        )
    if facts.strange:
        yield Finding("stop", "environment-strange", facts.strange, "Run: newsletter environment confirm")
    if facts.database == "sqlite":
        yield Finding(
            "warn",
            "database-sqlite",
            "The database is SQLite, a file on one machine.",
            "Fine for one machine; for several, set DATABASE_URL=postgres://…",
        )
    if not facts.redis_url:
        yield Finding(
            "warn",
            "redis-own",
            "REDIS_URL is not set: only `newsletter run` starts a Redis of its own.",
            "To run workers by themselves or on several machines, set REDIS_URL.",
        )
    elif facts.broker_problem:
        yield Finding(
            "stop",
            "broker-silent",
            f"The broker cannot be used: {facts.broker_problem}.",
            "Start it, or check REDIS_URL.",
        )


def _provider(facts: Facts) -> Iterator[Finding]:
    base = urlsplit(facts.api_base)
    if facts.api_base and (base.hostname or "") in LOOPBACK:
        yield Finding(
            "stop",
            "provider-postbox",
            "Letters go to this machine’s postbox, not to readers.",
            "Set SENDGRID_API_KEY, and unset SENDGRID_API_BASE.",
        )
    elif facts.api_base and base.scheme != "https":
        yield Finding(
            "stop",
            "provider-not-https",
            "SENDGRID_API_BASE is not https: the key would travel in the clear.",
            "Unset it.",
        )
    if not facts.has_api_key:
        yield Finding(
            "stop",
            "provider-key-missing",
            "There is no SENDGRID_API_KEY.",
            "Set SENDGRID_API_KEY or SENDGRID_API_KEY_FILE.",
        )
    if not facts.has_webhook_key:
        yield Finding(
            "warn",
            "webhook-key-missing",
            "There is no SENDGRID_WEBHOOK_KEY: dead addresses are mailed again, and doubtful calls wait for a person.",
            "Make a signed event webhook at SendGrid (docs/settings.md) and set its verification key.",
        )


def _newsroom(facts: Facts) -> Iterator[Finding]:
    if not facts.senders:
        yield Finding(
            "stop", "publication-missing", "There is no active publication.", "Run: newsletter publications add"
        )
    for sender in facts.senders:
        domain = sender.email.rpartition("@")[2].lower()
        if any(domain == name or domain.endswith(f".{name}") for name in NOBODYS):
            yield Finding(
                "stop",
                "sender-nobodys",
                f"Publication {sender.publication} is sent from {domain}, a domain for examples.",
                f"Run: newsletter publications set {sender.publication} sender_email=…",
            )
    if not facts.approvers and not all(sender.auto_approve for sender in facts.senders):
        yield Finding(
            "stop", "approver-missing", "Nobody may approve an edition.", "Run: newsletter users add --role editor"
        )
