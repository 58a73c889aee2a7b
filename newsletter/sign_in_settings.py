"""Settings of django-allauth, imported by `settings.py` (docs/decisions/0024): sign-in by email and password."""

import re

from newsletter import env
from newsletter.lib.errors import BadSetting

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
EMAIL_BACKEND = "newsletter.accounts.email_backend.EmailBackend"
LOGIN_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "newsletter.web.site.sign_in.allauth_adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # required by allauth's checks; newsletter/urls.py has no sign-up page
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
# allauth's limits count by account alone, so a stranger could lock a person out. Ours are in web/site/sign_in.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "change_password": None}
# Failed sign-ins are counted in the database: all processes share the count, and nothing evicts it early.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

# --- emails to staff -----------------------------------------------------------------------

STAFF_EMAIL_SENDER = env.text("STAFF_EMAIL_SENDER").lower()  # empty: the sender of the oldest publication
if STAFF_EMAIL_SENDER and not re.fullmatch(r"[a-z0-9._+-]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+", STAFF_EMAIL_SENDER):
    raise BadSetting(
        "STAFF_EMAIL_SENDER", f"is {STAFF_EMAIL_SENDER!r}.", "Give an email address such as desk@news.example.org."
    )
STAFF_EMAILS_PER_MINUTE = env.count("STAFF_EMAILS_PER_MINUTE", 30, minimum=1, maximum=1000)
