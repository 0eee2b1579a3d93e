"""The app as Django knows it."""

from django.apps import AppConfig


class RegularsApp(AppConfig):
    """One app, one label; its tables begin with `app_`."""

    name = "regulars.app"
    label = "app"

    def ready(self) -> None:
        """Listen to who logs in."""
        import regulars.app.privacy.logins  # noqa: F401, PLC0415  (models can be imported from now on)
