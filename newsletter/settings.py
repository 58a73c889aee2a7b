"""Django settings. Values come from environment variables (`env.py`), listed in docs/settings.md.

Without any variables this is a single-machine installation: SQLite, its own Redis server and the postbox, all below
NEWSLETTER_DATA and on loopback.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from newsletter import env, env_secret, env_urls
from newsletter.lib import data_folder, logging_config
from newsletter.lib.errors import BadSetting
from newsletter.lib.web_urls import with_ascii_host
from newsletter.ops_settings import *  # noqa: F403 — Django reads them from here
from newsletter.sign_in_settings import *  # noqa: F403 — Django reads them from here

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("NEWSLETTER_DATA", str(BASE_DIR / "var"))).absolute()
try:
    data_folder.prepare(DATA_DIR)
except OSError as error:
    raise BadSetting(
        "NEWSLETTER_DATA",
        f"is {DATA_DIR}, which cannot be created ({error.strerror}).",
        "Use a folder that you can write to.",
    ) from None

# --- web addresses -------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", False)
WEB_PORT = env.count("WEB_PORT", 8000, minimum=1, maximum=65535)
POSTBOX_PORT = env.count("POSTBOX_PORT", 8025, minimum=1, maximum=65535)
BASE_URL = with_ascii_host(
    env_urls.web_url("BASE_URL", f"http://127.0.0.1:{WEB_PORT}", example="https://news.example.org")
)
HTTPS = BASE_URL.startswith("https://")
LOCAL = (urlsplit(BASE_URL).hostname or "") in ("127.0.0.1", "localhost", "::1")

SECRET_KEY = env.text("SECRET_KEY") or env_secret.load_or_create_secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.comma_separated("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_urls.host_names(
    "ALLOWED_HOSTS",
    default=[env_urls.host_of(BASE_URL), *(["localhost", "127.0.0.1"] if LOCAL else [])],
)
CSRF_TRUSTED_ORIGINS = [env_urls.origin_of(BASE_URL)]
CSRF_FAILURE_VIEW = "newsletter.web.shared.error_pages.stale_form"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
if HTTPS:  # browsers accept these names only from this host, over https and for all paths
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the preview shows an email in a frame of the same origin

# --- Django --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "newsletter.audit",
    "newsletter.accounts",
    "newsletter.pictures",
    "newsletter.links",
    "newsletter.publications",
    "newsletter.api_tokens",
    "newsletter.stories",
    "newsletter.giving",
    "newsletter.audience",
    "newsletter.segments",
    "newsletter.editions",
    "newsletter.delivery",
    "newsletter.insights",
    "newsletter.ops",
    "newsletter.notices",
    "newsletter.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "newsletter.web.shared.security_headers.PolicyMiddleware",
    "newsletter.api.v1.request_guard.ProblemMiddleware",
    "newsletter.web.shared.request_size.SizeMiddleware",  # before CsrfViewMiddleware, which reads bodies
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "newsletter.web.site.sign_in.request_origin.OriginMiddleware",
    "newsletter.web.site.sign_in.session_limits.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "newsletter.web.shared.unread_notices.UnreadNoticesMiddleware",
    "newsletter.web.site.page_failures.FailureMiddleware",
]
ROOT_URLCONF = "newsletter.urls"
WSGI_APPLICATION = "newsletter.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
# The number of own proxies in front of the web server. Each appends its client's address to X-Forwarded-For.
TRUSTED_PROXY_COUNT = env.count("TRUSTED_PROXY_COUNT", int(env.flag("BEHIND_PROXY", False)), minimum=0, maximum=10)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "newsletter.web.shared.jinja_environment.environment"},
    },
]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "static/"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # the review of a pasted page has one for each of up to 1,000 lines
WHITENOISE_USE_FINDERS = True  # serve static files from the packages, without collectstatic
EMAIL_TEMPLATES = BASE_DIR / "templates" / "email"

# --- the database --------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'newsletter.sqlite3'}")
try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
    raise BadSetting(
        "DATABASE_URL", "is not a valid database URL.", "Give postgres://user:password@host/name or sqlite:///path."
    ) from None
if DATABASES["default"].get("ENGINE") not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
    raise BadSetting(
        "DATABASE_URL",
        "names neither PostgreSQL nor SQLite.",
        "Give postgres://user:password@host/name or sqlite:///path.",
    )
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        # A writer takes its lock at BEGIN, so two writers wait for each other. With a deferred lock SQLite
        # fails one of them when a reader becomes a writer.
        "transaction_mode": "IMMEDIATE",
        # FULL, because with less a power cut may undo a commit, and a submitted batch would be sent again.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
    }
else:
    # Our own statements (lib/sql.py) are prepared once a connection. DATABASE_PREPARES=no is for poolers that send
    # each statement to another connection and do not support prepared statements (PgBouncer before 1.21). Any pooler
    # in transaction mode also loses server-side cursors with the next statement, so they are disabled too.
    _USES_SESSION = env.flag("DATABASE_PREPARES", True)
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not _USES_SESSION
    _PREPARE_OPTIONS = {"prepare_threshold": 1 if _USES_SESSION else None}
    # Detect a vanished server within a minute and reconnect. TCP alone waits for hours, and with it a worker that
    # has a provider response to record.
    _TIMEOUTS = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3,
                 "tcp_user_timeout": 50_000}  # seconds; the last one milliseconds  # fmt: skip
    DATABASES["default"]["OPTIONS"] = {**_PREPARE_OPTIONS, **_TIMEOUTS, **DATABASES["default"].get("OPTIONS", {})}

# --- pictures ------------------------------------------------------------------------------

PICTURES_S3_BUCKET = env.text("PICTURES_S3_BUCKET")  # empty: a folder below NEWSLETTER_DATA
# The URL of pictures in emails. Without a URL of the bucket, our web server serves them.
PICTURES_URL = env_urls.web_url("PICTURES_URL", f"{BASE_URL}/pictures", example="https://pictures.example.org")
_PICTURES: dict[str, object] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": DATA_DIR / "pictures", "allow_overwrite": True},
}
if PICTURES_S3_BUCKET:
    if not (find_spec("storages") and find_spec("boto3")):
        raise BadSetting(
            "PICTURES_S3_BUCKET",
            "is set, but the packages for S3 are not installed.",
            "Install requirements-s3.lock, or unset it.",
        )
    from botocore.config import Config  # imported here: it is large, and most installations have no bucket

    _PICTURES = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": PICTURES_S3_BUCKET,
            "endpoint_url": env_urls.web_url("PICTURES_S3_ENDPOINT", example="https://s3.example.org") or None,
            "region_name": env.text("PICTURES_S3_REGION") or None,
            "access_key": env.text("PICTURES_S3_KEY") or None,
            "secret_key": env.text("PICTURES_S3_SECRET") or None,
            "default_acl": None,  # the bucket's policy decides who can read it
            "file_overwrite": True,
            "client_config": Config(
                connect_timeout=5,
                read_timeout=10,
                retries={"max_attempts": 2},
                signature_version="s3v4",
                # skip features that only Amazon's servers support
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
        },
    }
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # Django requires it; this project does not use it
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "pictures": _PICTURES,
}

# --- the broker ----------------------------------------------------------------------------

# When empty, `newsletter run` finds or starts a server and passes its URL to the workers.
REDIS_URL = env_urls.broker_url("REDIS_URL")

# --- the provider --------------------------------------------------------------------------

SENDGRID_API_KEY = env.text("SENDGRID_API_KEY")
if not (SENDGRID_API_KEY.isascii() and SENDGRID_API_KEY.isprintable()):
    raise BadSetting(
        "SENDGRID_API_KEY", "contains a character that no key has.", "Copy it again, without quotation marks."
    )
SENDGRID_RESIDENCY = env.choice("SENDGRID_RESIDENCY", "global", ("global", "eu"))
# Without a key no email can leave this machine: emails go to the postbox.
SENDGRID_API_BASE = env_urls.web_url(
    "SENDGRID_API_BASE",
    "" if SENDGRID_API_KEY else f"http://127.0.0.1:{POSTBOX_PORT}",
    example="https://api.sendgrid.com",
)

# Optional headers of every email (docs/deliverability.md).
UNSUBSCRIBE_MAILBOX = env.text("UNSUBSCRIBE_MAILBOX").lower()
if UNSUBSCRIBE_MAILBOX and not re.fullmatch(r"[a-z0-9._+-]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+", UNSUBSCRIBE_MAILBOX):
    raise BadSetting(
        "UNSUBSCRIBE_MAILBOX", f"is {UNSUBSCRIBE_MAILBOX!r}.", "Give an email address such as leave@news.example.org."
    )
FEEDBACK_ID = env.text("FEEDBACK_ID")
if FEEDBACK_ID and not re.fullmatch(r"[A-Za-z0-9]{5,15}", FEEDBACK_ID):
    raise BadSetting("FEEDBACK_ID", f"is {FEEDBACK_ID!r}.", "Give 5 to 15 letters and digits, and never change them.")
LINK_LOOKUPS = env.flag("LINK_LOOKUPS", True)
OWN_MESSAGE_IDS = env.flag("OWN_MESSAGE_IDS", False)

# Public keys of the signed event webhook; two during a key rotation. Without a key, all webhook posts are rejected.
SENDGRID_WEBHOOK_KEYS = env.comma_separated("SENDGRID_WEBHOOK_KEY")
if SENDGRID_WEBHOOK_KEYS:
    from newsletter.mail.sendgrid import event_webhook  # imported here: most processes do not need cryptography

    for _key in SENDGRID_WEBHOOK_KEYS:
        event_webhook.read_key(_key)

# --- dispatch ------------------------------------------------------------------------------

# Such as production or staging. A database of another environment sends nothing (delivery/ledger/installation.py).
ENVIRONMENT = env.text("ENVIRONMENT")
DISPATCH_BATCH_SIZE = env.count("DISPATCH_BATCH_SIZE", 1000, minimum=1, maximum=1000)  # SendGrid's limit per call
DISPATCH_SLICE = env.count("DISPATCH_SLICE", 20, minimum=1, maximum=1000)  # batches per task
DISPATCH_CONNECTIONS = env.count("DISPATCH_CONNECTIONS", 4, minimum=1, maximum=64)  # calls in flight per process
DISPATCH_CONNECT_TIMEOUT = env.number("DISPATCH_CONNECT_TIMEOUT", 5, minimum=0.1, maximum=60)  # seconds
DISPATCH_ANSWER_TIMEOUT = env.number(
    "DISPATCH_ANSWER_TIMEOUT", 30, minimum=0.1, maximum=120
)  # seconds, each read or write
DISPATCH_LEASE = env.number("DISPATCH_LEASE", 300, minimum=1, maximum=3600)  # seconds a worker may hold a batch
DISPATCH_REFUSALS = env.count(
    "DISPATCH_REFUSALS", 3, minimum=1, maximum=1000
)  # refused batches before a dispatch is paused
# Highest share of readers whose own address is refused. Above it, the dispatch is paused
# (delivery/dispatches/split_batch.py).
DISPATCH_REFUSED_SHARE = env.number("DISPATCH_REFUSED_SHARE", 0.05, minimum=0.001, maximum=1)
# The longest call, plus some seconds for looking up the recipients. delivery/sending/send_batches.py starts no call
# that could outlast its lease.
_MIN_LEASE = DISPATCH_CONNECT_TIMEOUT + 2 * DISPATCH_ANSWER_TIMEOUT + 7
if DISPATCH_LEASE < _MIN_LEASE:
    raise BadSetting(
        "DISPATCH_LEASE",
        f"is {DISPATCH_LEASE:g} seconds, too short for the timeouts.",
        f"Give at least {_MIN_LEASE:g}.",
    )

# --- joining -------------------------------------------------------------------------------

# Sign-ups from one IPv4 address or IPv6 /64, and from one IPv4 /24 or IPv6 /48.
SIGN_UPS_PER_MINUTE = env.count("SIGN_UPS_PER_MINUTE", 5, minimum=1, maximum=1000)
SIGN_UPS_PER_HOUR = env.count("SIGN_UPS_PER_HOUR", 20, minimum=1, maximum=1000)
SIGN_UPS_PER_HOUR_IN_NETWORK = env.count("SIGN_UPS_PER_HOUR_IN_NETWORK", 60, minimum=1, maximum=1000)
# A form that is sent sooner or later than this is shown again, to be sent once more.
SIGN_UP_MIN_SECONDS = env.number("SIGN_UP_MIN_SECONDS", 2, minimum=0, maximum=60)
SIGN_UP_MAX_HOURS = env.number("SIGN_UP_MAX_HOURS", 24, minimum=0.1, maximum=168)
# Confirmation emails: hours between two for a subscription, and the most for an address in 30 days.
CONFIRMATION_HOURS = env.number("CONFIRMATION_HOURS", 24, minimum=0.1, maximum=720)
CONFIRMATIONS_PER_MONTH = env.count("CONFIRMATIONS_PER_MONTH", 3, minimum=1, maximum=100)

# --- logs ----------------------------------------------------------------------------------

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = logging_config.settings(LOG_LEVEL)
logging_config.configure()  # every process reads the settings, so all processes log alike
