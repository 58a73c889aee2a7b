"""`python -m newsletter.postbox`: the postbox alone, until Ctrl-C."""

import argparse
import sys
from pathlib import Path

from newsletter.lib.errors import BadSetting
from newsletter.postbox.postbox import serve
from newsletter.postbox.store.account import Account
from newsletter.postbox.webhook.webhook_signature import Signer


def main() -> int:
    """Exit status 0 after a signal, 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m newsletter.postbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8025, help="where to listen (8025)")
    parser.add_argument("--file", type=Path, required=True, help="where to keep the letters, an SQLite file")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
    parser.add_argument("--allow-outside", action="store_true", help="permit an address that other machines reach")
    parser.add_argument(
        "--name", action="append", default=[], help="a host name, besides localhost, that it answers to"
    )
    parser.add_argument("--key", default="", help="the only API key that is right (any)")
    parser.add_argument("--group", action="append", type=int, default=[], help="the id of an unsubscribe group")
    parser.add_argument("--pool", action="append", default=[], help="the name of an IP pool")
    parser.add_argument("--template", action="append", default=[], help="the id of a template")
    parser.add_argument("--unverified", action="append", default=[], help="a domain that may not send: 403")
    parser.add_argument("--events-to", default="", help="an address to post signed events to (none are told)")
    parser.add_argument("--events-key", type=Path, help="the private key that signs them, PEM; made when not there")
    given = parser.parse_args()
    if bool(given.events_to) != bool(given.events_key):
        parser.error("--events-to and --events-key go together")

    def ready(port: int) -> None:
        sys.stdout.write(f"The postbox is open at http://{given.host}:{port}/ – nothing leaves this machine.\n")
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
            signer=Signer.kept(given.events_key) if given.events_key else None,
        )
    except BadSetting as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
