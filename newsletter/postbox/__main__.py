"""`python -m newsletter.postbox`: runs the postbox alone until Ctrl-C."""

import argparse
import sys
from pathlib import Path

from newsletter.lib.errors import BadSetting
from newsletter.postbox.postbox import serve
from newsletter.postbox.store.account import Account
from newsletter.postbox.webhook.webhook_signature import WebhookSigner


def main() -> int:
    """Return exit status 0 after a signal, 2 when the postbox cannot start."""
    parser = argparse.ArgumentParser(prog="python -m newsletter.postbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8025, help="port to listen on (default: 8025)")
    parser.add_argument("--file", type=Path, required=True, help="SQLite file for the emails")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--allow-outside", action="store_true", help="allow an address that other machines can reach")
    parser.add_argument(
        "--name", action="append", default=[], help="a host name to accept besides localhost; repeatable"
    )
    parser.add_argument("--key", default="", help="the API key to accept (default: any)")
    parser.add_argument("--group", action="append", type=int, default=[], help="id of an unsubscribe group; repeatable")
    parser.add_argument("--pool", action="append", default=[], help="name of an IP pool; repeatable")
    parser.add_argument("--template", action="append", default=[], help="id of a template; repeatable")
    parser.add_argument(
        "--unverified", action="append", default=[], help="sender domain to refuse with 403; repeatable"
    )
    parser.add_argument("--events-to", default="", help="URL to post signed events to (default: no events)")
    parser.add_argument("--events-key", type=Path, help="PEM file of the key that signs events; created if missing")
    given = parser.parse_args()
    if bool(given.events_to) != bool(given.events_key):
        parser.error("Use --events-to and --events-key together.")

    def ready(port: int) -> None:
        sys.stdout.write(f"The postbox is running at http://{given.host}:{port}/. No email leaves this machine.\n")
        sys.stdout.flush()

    try:
        serve(
            host=given.host,
            port=given.port,
            file=given.file,
            ready=ready,
            account=Account(
                key=given.key,
                groups=frozenset(given.group),
                pools=frozenset(given.pool),
                templates=frozenset(given.template),
                unverified=frozenset(domain.lower() for domain in given.unverified),
            ),
            allow_outside=given.allow_outside,
            names=given.name,
            events_to=given.events_to,
            signer=WebhookSigner.load_or_create(given.events_key) if given.events_key else None,
        )
    except BadSetting as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
