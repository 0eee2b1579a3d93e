"""The app as Django knows it."""

from django.apps import AppConfig


class RegularsApp(AppConfig):
    """One app, one label; its tables begin with `app_`."""

    name = "regulars.app"
    label = "app"
