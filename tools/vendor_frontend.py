"""Copy browser libraries out of their npm packages, so that installing, reading a report and the app need no Node.

Run `python tools/vendor_frontend.py` to refresh them (needs npm). With `--check` it compares what is committed with the
VENDOR.json beside it and writes nothing.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "regulars"
RECORD = "VENDOR.json"


@dataclass(frozen=True)
class Package:
    """One package of npm, the files taken from it, and the folder they go to, which holds nothing else."""

    name: str
    version: str
    folder: Path
    files: dict[str, str]


PACKAGES = (
    Package(
        name="echarts",
        version="6.1.0",
        folder=SOURCE / "reports" / "vendor",
        files={
            "package/dist/echarts.min.js": "echarts.min.js",
            "package/LICENSE": "echarts.LICENSE.txt",
            "package/NOTICE": "echarts.NOTICE.txt",
            "package/licenses/LICENSE-d3": "echarts.d3.LICENSE.txt",
        },
    ),
    Package(
        name="htmx.org",
        version="4.0.1",
        folder=SOURCE / "app" / "static" / "htmx",
        files={"package/dist/htmx.min.js": "htmx.min.js", "package/LICENSE": "htmx.LICENSE.txt"},
    ),
    # Its licence (MIT) stands at the head of the file.
    Package(
        name="@tabler/core",
        version="1.6.1",
        folder=SOURCE / "app" / "static" / "tabler",
        files={"package/dist/css/tabler.min.css": "tabler.min.css"},
    ),
)

# A source map would be asked for from beside the report, where there is none.
_SOURCE_MAP = re.compile(rb"^[ \t]*(?://[#@] sourceMappingURL=.*|/\*[#@] sourceMappingURL=.*\*/)\n?", re.MULTILINE)


def refresh(package: Package) -> None:
    """Fetch a package with npm and write its files and their record."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", f"{package.name}@{package.version}", "--json", "--ignore-scripts"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        archive = Path(folder) / json.loads(packed.stdout)[0]["filename"]
        with tarfile.open(archive) as opened:
            contents = {target: _member(opened, source) for source, target in package.files.items()}
            license_name = json.loads(_member(opened, "package/package.json"))["license"]
    package.folder.mkdir(parents=True, exist_ok=True)
    for target, content in contents.items():
        (package.folder / target).write_bytes(content)
    record = {
        "name": package.name,
        "version": package.version,
        "license": license_name,
        "sha256": {target: _sha256(content) for target, content in sorted(contents.items())},
    }
    (package.folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def differences(package: Package) -> list[str]:
    """Return the names of files that are not what VENDOR.json says."""
    record = json.loads((package.folder / RECORD).read_text(encoding="utf-8"))
    return [
        name
        for name, digest in record["sha256"].items()
        if not (package.folder / name).is_file() or _sha256((package.folder / name).read_bytes()) != digest
    ]


def main() -> int:
    """Refresh, or check; 1 if a file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with VENDOR.json and write nothing")
    is_check = parser.parse_args().check
    for package in () if is_check else PACKAGES:
        refresh(package)
    changed = [name for package in PACKAGES for name in differences(package)]
    for name in changed:
        sys.stderr.write(f"{name} is not what {RECORD} says; run python tools/vendor_frontend.py\n")
    return 1 if changed else 0


def _member(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(name)
    if file is None:
        raise FileNotFoundError(name)
    return _SOURCE_MAP.sub(b"", file.read())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
