"""Django's settings for the shop that the variable REGULARS_SHOP names; a process serves one shop."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_INLINE

from regulars.app._public import address
from regulars.app._shop import served
from regulars.app.vault.keys import derived

HERE = Path(__file__).parent
SHOP = served()
_MASTER = SHOP.master_keys()

DEBUG = False
SECRET_KEY = derived(_MASTER[max(_MASTER)], SHOP.id, "sessions").hex()
_PUBLIC = address()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, [urlsplit(_PUBLIC).hostname])]
CSRF_TRUSTED_ORIGINS = [_PUBLIC] if _PUBLIC else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _PUBLIC else None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "regulars.app",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "regulars.app.middleware.little_of_strangers",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "regulars.app.middleware.personal_pages",
    "regulars.app.middleware.pages_of_forms",
    "regulars.app.middleware.asked",
    "regulars.app.roles.Allowed",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "regulars.app.urls"
WSGI_APPLICATION = "regulars.app.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "templates", HERE.parent / "reports" / "templates"],
        "OPTIONS": {
            "environment": "regulars.app.pages.environment",
            "context_processors": ["regulars.app.pages.one_token"],
        },
    },
]

# One writer at a time, many readers beside it; each thread keeps its connection, so its cache is small.
_SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
        " PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;",
    },
}
DATABASES = {
    "default": {**_SQLITE, "NAME": SHOP.folder / "app.sqlite3"},
    "keys": {**_SQLITE, "NAME": SHOP.folder / "keys.sqlite3"},
}
DATABASE_ROUTERS = ["regulars.app.models.routing.KeysApart"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "regulars.app.logged_in.Users"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "regulars.app._public.client_address"
AXES_LOCKOUT_CALLABLE = "regulars.app.views.people.locked_out"

SESSION_ENGINE = "regulars.app.logged_in"
SESSION_COOKIE_NAME = "regulars_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _PUBLIC.startswith("https:")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "regulars.app.views.people.forged"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a field a column: twenty exports of some hundred columns are looked at at once
FILE_UPLOAD_HANDLERS = ["regulars.app.uploads.Arriving"]
FILE_UPLOAD_TEMP_DIR = SHOP.arriving

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF],
        "style-src-attr": [UNSAFE_INLINE],  # widths of bars and what the charts set themselves
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static", ("echarts", HERE.parent / "reports" / "vendor")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 24 * 3600

USE_TZ = True
TIME_ZONE = "UTC"  # what people see is in the business's own zone
USE_I18N = False  # sentences come from the one catalogue of regulars, in every room

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["shape"]}},
    "filters": {"shape": {"()": "regulars.app.console.ShapeOfAddresses"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
