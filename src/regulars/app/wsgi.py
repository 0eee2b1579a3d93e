"""The door for the web server: the pages, and beside them the thread that sees to jobs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.app.settings")
application = get_wsgi_application()


def _see_to_jobs() -> None:
    from regulars.app.jobs.keeper import Keeper  # noqa: PLC0415  (Django is set up above)
    from regulars.app.jobs.kinds import AT_ONCE, KINDS  # noqa: PLC0415

    for kinds in (set(KINDS) - AT_ONCE, AT_ONCE):
        Keeper(kinds).start()


_see_to_jobs()
