"""Get what the tests need before they start, and say in one sentence what cannot be had.

python -m tests.support.provision
"""

import sys

from tests.support import chromium
from tests.support.cluster import NoPostgres
from tests.support.postgres import Postgres
from tests.support.redis import RedisServer


def main() -> int:
    """Start each thing once and say which it is; 1 when one cannot be had."""
    try:
        say("Chromium", chromium.ready().version)
        postgres = Postgres.start()
        try:
            say("PostgreSQL", postgres.version())
        finally:
            postgres.stop()
        redis = RedisServer()
        try:
            say("Redis protocol", redis.start().version())
        finally:
            redis.stop()
    except (chromium.NoChromium, NoPostgres) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def say(what: str, version: str) -> None:
    sys.stdout.write(f"{what} {version} starts.\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
