"""Settings of sign-in, sessions and emails to staff, imported by `settings.py` (docs/decisions/0024 and 0041)."""

import re

from newsletter import env
from newsletter.lib.errors import BadSetting

ROLES = {"contributor", "curator", "editor", "audience", "ops", "admin"}  # accounts.models.Role
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "newsletter.accounts.password_strength.GuessablePasswordValidator"},
]
EMAIL_BACKEND = "newsletter.accounts.email_backend.EmailBackend"
LOGIN_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "login"
LOGIN_REDIRECT_URL = "desk"
PASSWORD_RESET_TIMEOUT = 4 * 3600  # seconds, from the moment when the email is sent
ACCOUNT_ADAPTER = "newsletter.web.site.sign_in.allauth_adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # required by allauth's checks; newsletter/urls.py has no sign-up page
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# allauth's limits count by account alone, so a stranger could lock a person out. Ours are in web/site/sign_in.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "change_password": None}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds
MFA_ADAPTER = "newsletter.web.site.sign_in.second_factor_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": None}  # it counts sign-ins by address; ours are in web/site/sign_in
MFA_TOTP_TOLERANCE = 1  # the code before and after too: clocks of phones differ
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Users with one of these roles reach nothing but the page that sets up a second factor until they have one.
REQUIRE_SECOND_FACTOR = env.comma_separated("REQUIRE_SECOND_FACTOR")
if unknown := set(REQUIRE_SECOND_FACTOR) - ROLES:
    raise BadSetting(
        "REQUIRE_SECOND_FACTOR", f"names {', '.join(sorted(unknown))}.", f"Give roles: {', '.join(sorted(ROLES))}."
    )
# A session ends when it was not used for so long, and so long after its sign-in.
SESSION_IDLE_HOURS = env.number("SESSION_IDLE_HOURS", 120, minimum=0.1, maximum=8760)
SESSION_MAX_HOURS = env.number("SESSION_MAX_HOURS", 336, minimum=0.1, maximum=8760)
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE = int(SESSION_MAX_HOURS * 3600)  # seconds
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
