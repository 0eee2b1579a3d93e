"""The app for tests: one shop a worker, its tables emptied after each test, one published result to look at."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

pytest.importorskip("django", reason="the app's packages are not installed: pip install 'regulars[app]'")

_HOME = Path(tempfile.mkdtemp(prefix="regulars-app-tests-"))
os.environ["REGULARS_SHOP"] = str(_HOME / "shop")
os.environ["REGULARS_KEYS"] = str(_HOME / "keys")
os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.app.settings"

import django  # noqa: E402  (it reads the variables above)

django.setup()
# A worker of pytest-xdist would take the shop of the process that starts it, before it comes here.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.test import Client  # noqa: E402

from regulars import analysis, records  # noqa: E402
from regulars.app._shop import Shop, served  # noqa: E402
from regulars.app.jobs.kinds import PERIODS  # noqa: E402
from regulars.app.publication.boards import prepare  # noqa: E402
from regulars.app.publication.current import Published, publish  # noqa: E402
from regulars.app.vault import store  # noqa: E402
from regulars.app.vault.marks import Fact  # noqa: E402
from regulars.customers import IDENTITY_SCHEMA  # noqa: E402
from regulars.simulation import simulate_shop  # noqa: E402

TODAY = date(2024, 7, 1)
PASSWORD = "tea with three clouds"  # noqa: S105  (of nobody)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test of the app both databases, and leave nothing in them; a file may have asked for more."""
    for item in items:
        is_ours = Path(__file__).parent in Path(str(item.path)).parents
        if is_ours and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases=["default", "keys"]))


@dataclass
class Told:
    """A crosswalk that only listens, for a result that is made before there is any table."""

    key: bytes = b"k" * 32
    kept: list[pa.Table] = field(default_factory=list)

    def facts(self) -> pa.Table:
        """Return what was told so far."""
        return pa.concat_tables([IDENTITY_SCHEMA.empty_table(), *self.kept])

    def keep(self, facts: pa.Table, *, batch: str) -> None:
        """Listen."""
        self.kept.append(facts)

    def erased(self, facts: pa.Table) -> set[str]:
        """Nobody is."""
        return set()


@pytest.fixture(scope="session")
def made() -> Iterator[tuple[Path, Told]]:
    """A result of the simulated shop with pages, and who its people are."""
    folder = _HOME / "made"
    sold = simulate_shop(folder / "files", customers=120, seed=5, last_day=date(2024, 6, 30))
    told = Told()
    sources = [records.Source(data=path) for path in sold.paths]
    analysis.import_records(folder / "workspace", files=sources, today=TODAY, crosswalk=told)
    analysis.analyze(
        workspace=folder / "workspace",
        today=TODAY,
        crosswalk=told,
        events=True,
        periods=PERIODS,
        out=folder / "000001-00000001",
    )
    prepare(folder / "000001-00000001")
    yield folder, told
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture
def shop() -> Shop:
    """The shop as it is on its first day."""
    here = served()
    here.erased_file.unlink(missing_ok=True)
    for folder in (here.workspace, here.results):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    return here


@pytest.fixture
def tea(shop: Shop, made: tuple[Path, Told]) -> Published:
    """The shop with records, people in the vault, and a published result."""
    folder, told = made
    shutil.rmtree(shop.workspace)
    shutil.copytree(folder / "workspace", shop.workspace)
    shutil.copytree(folder / "000001-00000001", shop.results / "000001-00000001")
    rows = told.facts().to_pylist()
    store.take_in(Fact(row["customer_id"], row["field"], row["value"]) for row in rows)
    return publish(shop, shop.results / "000001-00000001")


@pytest.fixture(scope="session")
def hashed() -> str:
    """The password, hashed once as the app does: the hash is made to take a third of a second."""
    return make_password(PASSWORD)


@pytest.fixture
def owner(hashed: str) -> User:
    """Lin, who owns the shop."""
    return User.objects.create(username="lin", password=hashed, is_staff=True, is_superuser=True)


@pytest.fixture
def client(owner: User) -> Client:
    """A browser in which Lin is logged in."""
    browser = Client()
    browser.force_login(owner, backend="regulars.app.logged_in.Users")
    return browser
