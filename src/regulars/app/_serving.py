"""Serving a shop: what it needs made ready, the first owner's link told, then the web server until it is stopped."""

import multiprocessing
import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from regulars.app._public import PUBLIC_PLACE, checked
from regulars.app._shop import SHOP_PLACE, Shop, ShopUnusable
from regulars.core import RegularsError

_PACKAGES = ("django", "axes", "csp", "whitenoise", "granian", "argon2", "cryptography")
_WORKERS = 2
_THREADS = 2  # of each; more only take the interpreter from each other, and a long page needs one beside it


class AppMissing(RegularsError):
    """The packages of the extra `app` are not installed."""

    code = "app_missing"
    template = 'The app needs {packages}, not installed here. Install them: pip install "regulars[app]".'


class MemberUnknown(RegularsError):
    """A name under which nobody works in a shop."""

    code = "member_unknown"
    template = "Nobody works in this shop under the name {name}. There are: {names}."


class AppUnready(RegularsError):
    """A shop that cannot be served."""

    code = "app_unready"
    template = "The shop cannot be served on port {port}: {problem}. Name another with --port."


def serve(folder: Path, *, port: int = 8320, public_url: str = "", tell: Callable[[str, str], None]) -> None:
    """Serve a shop on this machine until interrupted; a new folder becomes a new shop.

    Args:
        folder: of the shop.
        port: of this machine; nothing else reaches it.
        public_url: where a web server of the owner's hands on from, so that customers can open links; none without.
        tell: is handed a code and an address: `owner`, the one-time link of the first owner; `ready`, the app's.

    Raises:
        AppMissing: a package is not installed.
        ShopUnusable: the folder is none of ours.
        AddressInvalid: `public_url` is no address.
    """
    os.environ[PUBLIC_PLACE] = checked(public_url) if public_url else ""
    shop = _opened(folder)
    for left in (shop.asking, shop.arriving):  # what was left by processes that were killed
        shutil.rmtree(left, ignore_errors=True)
    _make_ready(shop)
    token = _first_link()
    address = f"http://127.0.0.1:{port}"
    if token is not None:
        tell("owner", f"{address}/welcome/{token}/")
    tell("ready", f"{address}/")
    _run(port)


def rotate_keys(folder: Path, *, progress: Callable[[float], None]) -> int:
    """Change the master key of a shop, whether it is being served or not; return how many people's keys are under it.

    Killed half-way, it goes on where it was when it is asked for again. Who is logged in has to log in anew.

    Raises:
        AppMissing: a package is not installed.
        ShopUnusable: the folder is none of ours, or its key is gone.
    """
    if not (folder / "shop.json").exists():
        raise ShopUnusable(folder=folder, problem="it is no shop yet")
    shop = _opened(folder)
    _make_ready(shop)
    from regulars.app.vault.rotation import rotate  # noqa: PLC0415  (Django has to be set up first)

    return rotate(shop, progress=progress)


def password_link(folder: Path, *, name: str, port: int = 8320) -> str:
    """Return a link by which somebody who works in a shop chooses a new password: once, within a week.

    Whoever may write into the folder may do anything there, so this asks for no password. The link is opened while the
    shop is served on the port; it is written down in the shop's log.

    Raises:
        AppMissing: a package is not installed.
        ShopUnusable: the folder is none of ours, or no shop yet.
        MemberUnknown: nobody works there under the name.
    """
    if not (folder / "shop.json").exists():
        raise ShopUnusable(folder=folder, problem="it is no shop yet")
    shop = _opened(folder)
    _make_ready(shop)
    from django.contrib.auth.models import User  # noqa: PLC0415  (Django has to be set up first)

    from regulars.app.invitations import invite_user  # noqa: PLC0415
    from regulars.app.privacy import audit  # noqa: PLC0415

    people = {user.username: user for user in User.objects.filter(is_active=True).order_by("username")}
    if not people:
        raise ShopUnusable(folder=folder, problem="it has no owner yet")
    if name not in people:
        raise MemberUnknown(name=name, names=", ".join(people))
    audit.write("password", by="", who=name)
    return f"http://127.0.0.1:{port}/join/{invite_user(people[name])}/"


def _opened(folder: Path) -> Shop:
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        raise AppMissing(packages=", ".join(missing))
    shop = Shop.at(folder)
    os.environ[SHOP_PLACE] = str(shop.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.app.settings"
    return shop


def _make_ready(shop: Shop) -> None:
    """Bring the tables up to date, and what lies in them."""
    import django  # noqa: PLC0415  (the extra may not be installed)

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from regulars.app.jobs import queue  # noqa: PLC0415
    from regulars.app.privacy import duties, erasing  # noqa: PLC0415
    from regulars.app.vault import tombstones  # noqa: PLC0415

    for database in ("default", "keys"):
        call_command("migrate", database=database, verbosity=0, interactive=False)
    for name in ("app.sqlite3", "keys.sqlite3"):
        os.chmod(shop.folder / name, 0o600)
    if tombstones.replay(shop):  # an old copy was brought back: whoever was erased since goes again, before any page
        erasing.sweep(shop)
        queue.ask("analyse", key="analyse")
    duties.next_review()  # dated before anybody opens a page, and by one process alone
    connections.close_all()


def _first_link() -> str | None:
    """Return the token of the first owner's link, if there is no owner yet; the one before no longer holds."""
    from django.db import connections  # noqa: PLC0415  (Django has to be set up first)

    from regulars.app.invitations import invite  # noqa: PLC0415

    token = invite()
    connections.close_all()
    return token


def _run(port: int) -> None:
    """Run the web server in processes of its own, and see to jobs in this one meanwhile.

    The processes are spawned: the keepers here hold SQLite open, and what is open must not be carried over a fork. A
    web process that was forked anew beside them could show for ever what was in the database at that moment.
    """
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415

    from regulars.app.jobs.keeper import Keeper  # noqa: PLC0415
    from regulars.app.jobs.kinds import AT_ONCE, KINDS  # noqa: PLC0415

    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "regulars.app.wsgi:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=min(os.cpu_count() or 1, _WORKERS),
        blocking_threads=_THREADS,
        respawn_failed_workers=True,
        log_enabled=False,
    )
    keepers = [Keeper(kinds) for kinds in (set(KINDS) - AT_ONCE, AT_ONCE)]
    for keeper in keepers:
        keeper.start()
    try:
        server.serve()
    finally:
        for keeper in keepers:
            keeper.stop()
