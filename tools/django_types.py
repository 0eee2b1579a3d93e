"""The few settings that the type checker's knowledge of Django is read from; the app's own need a shop."""

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "regulars.app"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3"},
    "keys": {"ENGINE": "django.db.backends.sqlite3"},
}
SECRET_KEY = "of no shop"  # noqa: S105  (nothing is ever signed with it)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
