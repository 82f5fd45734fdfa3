"""The project's only settings. What differs between machines comes from the environment: .env.example lists it.

`IOCN_MODE` is `demo` (the default: no server needed, known passwords, this machine only), `production`
or `test`.
"""

import os
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from iocn import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env.choice("IOCN_MODE", "demo", ("demo", "production", "test"))
VAR = Path(env.text("IOCN_VAR", str(BASE_DIR / "var"))).absolute()
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"

DEBUG = False

if PRODUCTION:
    SECRET_KEY = env.text("SECRET_KEY")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters, chosen at random.")
    ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
    BASE_URL = env.web_address("BASE_URL")
    DATABASES = {"default": env.database("DATABASE_URL")}
    REDIS_URL = env.redis("REDIS_URL")
    MAILERS = {"default": env.mailer("EMAIL_URL")}
    DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM")
else:
    if DEMO:
        for name in ("DATABASE_URL", "EMAIL_URL"):
            if os.environ.get(name):
                raise ImproperlyConfigured(
                    f"{name} is set, but IOCN_MODE is demo, whose passwords are known to everybody."
                    f" Set IOCN_MODE=production, or take {name} away."
                )
    VAR.mkdir(parents=True, exist_ok=True)
    SECRET_KEY = env.kept_secret(VAR / "secret")
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] + (["testserver"] if MODE == "test" else [])
    PORT = env.whole_number("PORT", 8000)
    BASE_URL = env.web_address("BASE_URL", f"http://localhost:{PORT}")
    DATABASES = {
        "default": env.database("DATABASE_URL")
        if os.environ.get("DATABASE_URL")
        else env.sqlite(VAR / "iocn.sqlite3")
    }
    if MODE == "test":
        # SQLite tests use a file: threads of a live server meet "table is locked" in memory.
        DATABASES["default"].setdefault("TEST", {})
        if "sqlite3" in DATABASES["default"]["ENGINE"]:
            DATABASES["default"]["TEST"]["NAME"] = Path(env.text("IOCN_TEST_DB", str(VAR / "test.sqlite3")))
        else:
            # Dropping the test database needs its connections closed; a pool keeps them.
            DATABASES["default"]["OPTIONS"].pop("pool")
    REDIS_URL = env.redis("REDIS_URL") if os.environ.get("REDIS_URL") else ""
    MAILERS = {
        "default": env.mailer("EMAIL_URL") if os.environ.get("EMAIL_URL") else env.file_mailer(VAR / "outbox")
    }
    DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "IOCN <iocn@example.org>")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # lets templates/django/forms override how fields look
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_filters",
    "iocn.shared",
    "iocn.operations",
    "people",
    "programmes",
    "learning",
    "iocn.home",
    "iocn.digests",
    "iocn.records",
    "iocn.api",
    "iocn.demo",
]

MIDDLEWARE = [
    # Before all that refuses host names or sends on to https.
    "iocn.operations.middleware.health_pages",
    "iocn.operations.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "iocn.urls"
WSGI_APPLICATION = "iocn.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "people.context.reader",
            ],
            "builtins": ["iocn.shared.templatetags.components"],
        },
    },
]
FORM_RENDERER = "iocn.shared.forms.Renderer"
FILTERS_EMPTY_CHOICE_LABEL = "Any"

# ATOMIC_REQUESTS stays off: with SQLite's immediate transactions every GET would take the write lock.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["people.backend.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if MODE == "test":
    # Tests sign in thousands of times; argon2 itself has a test of its own.
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "people.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# People join by an invitation sent to their address, which proves that it is theirs.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Nobody can send e-mail to strangers by asking for their password.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {
    "login": "iocn.shared.account_forms.SignIn",
    "reset_password": "iocn.shared.account_forms.ForgottenPassword",
    "reset_password_from_key": "iocn.shared.account_forms.NewPassword",
    "change_password": "iocn.shared.account_forms.ChangePassword",
    "set_password": "iocn.shared.account_forms.FirstPassword",
    "reauthenticate": "iocn.shared.account_forms.ConfirmPassword",
}
# An e-mail after the password or a second factor has changed: whoever did not do it themselves learns of it.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}

# The second factor: docs/decisions/0008-the-second-factor-belongs-to-the-person.md.
MFA_ADAPTER = "people.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "IOCN"
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = timedelta(days=30)
# The address was proved by the invitation; allauth's own table of addresses is not used.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "iocn.shared.second_factor_forms.Code",
    "reauthenticate": "iocn.shared.second_factor_forms.ConfirmByCode",
    "activate_totp": "iocn.shared.second_factor_forms.AddApp",
    "deactivate_totp": "iocn.shared.second_factor_forms.RemoveApp",
    "generate_recovery_codes": "iocn.shared.second_factor_forms.NewRecoveryCodes",
    "add_webauthn": "iocn.shared.second_factor_forms.AddPasskey",
    "edit_webauthn": "iocn.shared.second_factor_forms.RenamePasskey",
    "authenticate_webauthn": "iocn.shared.second_factor_forms.Passkey",
    "reauthenticate_webauthn": "iocn.shared.second_factor_forms.ConfirmByPasskey",
    "login_webauthn": "iocn.shared.second_factor_forms.SignInByPasskey",
}

# An organisation's own sign-in: docs/decisions/0012-linked-by-a-verified-address-only.md.
SOCIALACCOUNT_ADAPTER = "people.organisation_sign_in.Adapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": env.openid_connect()}}
# A link, not a form: the policy lets no form lead outside, and providers pass on to others.
SOCIALACCOUNT_LOGIN_ON_GET = True
# Whether that provider asks everybody for a second factor by itself, so that we need not.
OIDC_SECOND_FACTOR = env.yes_or_no("OIDC_SECOND_FACTOR", False)

CACHES = {
    "default": {"BACKEND": "iocn.shared.cache.RedisOrMemory", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- Language and time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static" / "collected"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Tests take the files from static/dist as they are, so that nothing has to be collected before.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "test"

# --- Safety ---------------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "iocn.shared.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_FAILURE_VIEW = "iocn.shared.views.expired_form"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.yes_or_no("HTTPS_REDIRECT", True)
    # What stands in front ends TLS and must set this header itself, whatever the client sent.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.yes_or_no("HSTS_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.yes_or_no("HSTS_PRELOAD", True)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [BASE_URL]
    ALLAUTH_TRUSTED_PROXY_COUNT = env.whole_number("PROXIES", 1)
# A query whose SQL is kept (iocn.shared.prepared) is built the usual way too, and both compared.
CHECK_PREPARED_QUERIES = MODE == "test"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

# --- Celery: it wakes work that the database remembers ----------------------------------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # A request must not hang on a dead broker: waking is a courtesy, the sweep finds what was missed. A worker
    # asks for a second at a time, so two say that nobody is there.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "max_retries": 1,
        "interval_start": 0,
    }
else:
    CELERY_BROKER_URL = "filesystem://localhost/"
    BROKER_FOLDER = VAR / "broker"
    for folder in ("queue", "control"):
        (BROKER_FOLDER / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_FOLDER / "queue"),
        "data_folder_out": str(BROKER_FOLDER / "queue"),
        "control_folder": str(BROKER_FOLDER / "control"),
    }

# --- Logs: to standard error, for whatever runs the process to keep ------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        # What it may say: iocn/operations/logs.py.
        "json": {"()": "iocn.operations.logs.JsonLines"},
    },
    "filters": {"unexpected": {"()": "iocn.operations.logs.Unexpected"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json" if PRODUCTION else "line"}
    },
    "root": {"handlers": ["console"], "level": "INFO" if MODE != "test" else "WARNING"},
    "loggers": {
        # Django's own handler would mail errors, with all that was sent.
        "django": {"handlers": [], "level": "INFO"},
        "django.request": {"filters": ["unexpected"]},
        # Whoever tries host names is in the request's own line, and no alarm.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.server": {"level": "WARNING"},
        "iocn.requests": {"level": "INFO" if PRODUCTION else "WARNING"},
        "celery": {"level": "WARNING" if DEMO else "INFO"},
    },
}

# --- The API -----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["iocn.api.access.KeyAuthentication"],
    "DEFAULT_THROTTLE_CLASSES": ["iocn.api.access.EachKey"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "iocn.api.refusals.as_sentences",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "IOCN",
    "DESCRIPTION": "Puts the numbers of measures in. All or none are written; the same again changes nothing.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
}
