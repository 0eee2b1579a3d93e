"""The folder of one shop: what lies where, and the master key, which lies elsewhere.

    <shop>/shop.json        what this folder is
    <shop>/app.sqlite3      people, notes, tasks, consents, users, jobs
    <shop>/keys.sqlite3     the wrapped keys of people: small, to be backed up apart and for a short time only
    <shop>/workspace/       accepted records (no identifiers), mappings, the model of who is who, inbox/
    <shop>/results/         published results; CURRENT names the newest
    <shop>/asking/          what the engine that counts groups works in; nothing in it outlives the server

The master key that unwraps all others lies outside the folder, so that a copy of the folder alone tells nobody's name.
Beside it lies the list of the erased (fingerprints): an old copy of the folder, brought back, brings nobody back.
"""

import json
import os
import secrets
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from regulars.core import RegularsError

FORMAT = 1
KEY_PLACE = "REGULARS_KEYS"
"""The variable that names the folder of master keys, in place of the one in the user's own settings."""

SHOP_PLACE = "REGULARS_SHOP"
"""The variable that names the shop which this process serves."""

_KEY_BYTES = 32


class ShopUnusable(RegularsError):
    """A folder that is no shop, or whose key is gone."""

    code = "shop_unusable"
    template = "The folder {folder} cannot be used as a shop: {problem}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop's folder. `id` names its master key."""

    folder: Path
    id: str

    @classmethod
    def at(cls, folder: Path) -> "Shop":
        """Return the shop in a folder, which is made one if there is nothing in it.

        Raises:
            ShopUnusable: the folder holds something else, or cannot be written.
        """
        folder = folder.resolve()
        told = folder / "shop.json"
        try:
            if not told.exists():
                _begin(folder, told)
            content = json.loads(told.read_text(encoding="utf-8"))
            if content["format"] > FORMAT:
                raise ShopUnusable(folder=folder, problem="a later version of regulars made it")
            return cls(folder=folder, id=str(content["id"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            problem = getattr(error, "strerror", None) or "its file shop.json is damaged"
            raise ShopUnusable(folder=folder, problem=problem) from error

    @property
    def workspace(self) -> Path:
        """Where accepted records are kept."""
        return self.folder / "workspace"

    @property
    def results(self) -> Path:
        """Where results are published."""
        return self.folder / "results"

    @property
    def settings_file(self) -> Path:
        """The settings of every analysis; it need not exist."""
        return self.folder / "regulars.toml"

    @property
    def key_file(self) -> Path:
        """Where the master keys of this shop lie: one line a version, the current one last."""
        return _key_folder() / f"{self.id}.key"

    @property
    def asking(self) -> Path:
        """Where processes of the server keep what they ask of; emptied when the server starts."""
        return self.folder / "asking"

    @property
    def arriving(self) -> Path:
        """Where uploads lie while they are being sent; emptied when the server starts."""
        return self.workspace / "arriving"

    @property
    def erased_file(self) -> Path:
        """Where it is written down who was erased, as fingerprints: beside the keys, so that no old copy undoes it."""
        return _key_folder() / f"{self.id}.erased"

    def master_keys(self) -> dict[int, bytes]:
        """Return the master keys by version; the first one is made when a new shop first asks.

        Raises:
            ShopUnusable: the shop has people, but its key is gone or damaged.
        """
        path = self.key_file
        try:
            if not path.exists():
                if (self.folder / "keys.sqlite3").exists():
                    raise ShopUnusable(folder=self.folder, problem=f"its key {path} is gone: bring it back")
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.add_master_key({})
            lines = path.read_text(encoding="ascii").split("\n")
            keys = {int(version): bytes.fromhex(key) for version, key in (line.split() for line in lines if line)}
        except (OSError, ValueError) as error:
            raise ShopUnusable(folder=self.folder, problem=f"its key {path} cannot be read") from error
        if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
            raise ShopUnusable(folder=self.folder, problem=f"its key {path} is damaged")
        return keys

    def add_master_key(self, known: dict[int, bytes]) -> int:
        """Add a master key after those known, and return its version; what is wrapped under the others stays so."""
        version = max(known, default=0) + 1
        keys = {**known, version: secrets.token_bytes(_KEY_BYTES)}
        self.keep_master_keys(keys)
        return version

    def keep_master_keys(self, keys: dict[int, bytes]) -> None:
        """Write these master keys, and no others, to the key file."""
        path = self.key_file
        beside = path.with_name(path.name + ".new")
        text = "".join(f"{version} {key.hex()}\n" for version, key in sorted(keys.items()))
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)


@cache
def served() -> Shop:
    """Return the shop that this process serves."""
    return Shop.at(Path(os.environ[SHOP_PLACE]))


def _begin(folder: Path, told: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(not path.name.startswith(".") for path in folder.iterdir()):
        raise ShopUnusable(folder=folder, problem="it holds something else; name an empty or a new folder")
    os.chmod(folder, 0o700)
    for name in ("workspace", "workspace/inbox", "results"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    beside = told.with_name("shop.json.new")
    beside.write_text(json.dumps({"format": FORMAT, "id": secrets.token_hex(8)}) + "\n", encoding="utf-8")
    os.replace(beside, told)


def _key_folder() -> Path:
    named = os.environ.get(KEY_PLACE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "regulars" / "keys"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "regulars" / "keys"
