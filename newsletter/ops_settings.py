"""Settings of health checks, metrics, API, backups, notices, failures and what is deleted, for `settings.py`."""

import re
from pathlib import Path

from newsletter import env
from newsletter.lib.errors import BadSetting

_RESOLVER = re.compile(r"\d+(?:\.\d+){3}(?::\d{1,5})?|[0-9a-fA-F:]*::?[0-9a-fA-F:]+|\[[0-9a-fA-F:]+\](?::\d{1,5})?")
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_HEARTBEAT_FILE = env.text("HEARTBEAT_FILE")
# Workers and beat touch it while they work, for health checks of containers (workers/alive.py).
HEARTBEAT_FILE = Path(_HEARTBEAT_FILE) if _HEARTBEAT_FILE else None
# The folder of pg_dump and pg_restore, for `newsletter backup`; empty: those on the PATH.
POSTGRES_PROGRAMS = env.text("POSTGRES_PROGRAMS")
# Whoever sends it as a bearer token may read /metrics; without one, only programs on this machine may.
METRICS_TOKEN = env.text("METRICS_TOKEN")
if METRICS_TOKEN and not (len(METRICS_TOKEN) >= 20 and METRICS_TOKEN.isascii() and METRICS_TOKEN.isprintable()):
    raise BadSetting("METRICS_TOKEN", "is too short or has odd characters.", "Give 20 random letters or digits.")
# The DNS records of sending domains are looked up once a day: by which resolvers (empty: those of the system), and the
# selectors of the DKIM keys, two of SendGrid by default.
DNS_RESOLVERS = env.comma_separated("DNS_RESOLVERS")
for _resolver in DNS_RESOLVERS:
    if not _RESOLVER.fullmatch(_resolver):
        raise BadSetting("DNS_RESOLVERS", f"has {_resolver!r}.", "Give IP addresses such as 9.9.9.9 or 127.0.0.1:5353.")
DKIM_SELECTORS = env.comma_separated("DKIM_SELECTORS", "s1,s2")
for _selector in DKIM_SELECTORS:
    if not _SELECTOR.fullmatch(_selector):
        raise BadSetting("DKIM_SELECTORS", f"has {_selector!r}.", "Give names such as s1,s2.")
# How many requests an API token may make in a minute.
API_REQUESTS_PER_MINUTE = env.count("API_REQUESTS_PER_MINUTE", 300, minimum=1, maximum=100_000)
API_MAX_BODY_BYTES = 1_000_000
# After how many days they are deleted.
FAILURES_KEPT_DAYS = env.count("FAILURES_KEPT_DAYS", 14, minimum=1, maximum=400)  # unexpected errors
QUEUE_HOURS_KEPT_DAYS = env.count("QUEUE_HOURS_KEPT_DAYS", 90, minimum=31, maximum=4_000)  # charts show 30 days
OUTCOMES_KEPT_DAYS = env.days_kept("OUTCOMES_KEPT_DAYS", 400, least=1)  # of single readers; counts stay
BATCHES_KEPT_DAYS = env.days_kept("BATCHES_KEPT_DAYS", 400, least=30)  # late events refer to them
POSTS_KEPT_DAYS = env.count("POSTS_KEPT_DAYS", 30, minimum=2, maximum=36_500)  # the provider may repeat one for a day
NOTICES_KEPT_DAYS = env.count("NOTICES_KEPT_DAYS", 90, minimum=2, maximum=36_500)  # and the log of webhooks
# How long before an edition takes no more stories staff learn that it has too few.
NOTICE_STORIES_HOURS = env.number("NOTICE_STORIES_HOURS", 4, minimum=0.1, maximum=168)
NOTICE_DIGEST_HOUR = env.count("NOTICE_DIGEST_HOUR", 7, minimum=0, maximum=23)  # of each person's clock
