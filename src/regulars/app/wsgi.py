"""The door for the web server: one of the processes that serve pages, which ends when the one above it does."""

import multiprocessing
import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.app.settings")
application = get_wsgi_application()


def _end_with_the_server() -> None:
    """Wait until the process that started this one is gone; a killed one cannot tell those below it to end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(3)


threading.Thread(target=_end_with_the_server, daemon=True).start()
