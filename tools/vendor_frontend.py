"""Copy the chart library out of its npm package, so that installing and reading a report needs no Node and no network.

Run `python tools/vendor_frontend.py` to refresh src/regulars/reports/vendor (needs npm). With `--check` it
compares what is committed with VENDOR.json and writes nothing.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "src" / "regulars" / "reports" / "vendor"
NAME, VERSION = "echarts", "6.1.0"
FILES = {
    "package/dist/echarts.min.js": "echarts.min.js",
    "package/LICENSE": "echarts.LICENSE.txt",
    "package/NOTICE": "echarts.NOTICE.txt",
    "package/licenses/LICENSE-d3": "echarts.d3.LICENSE.txt",
}
RECORD = "VENDOR.json"

# A source map would be asked for from beside the report, where there is none.
_SOURCE_MAP = re.compile(rb"^[ \t]*//[#@] sourceMappingURL=.*\n?", re.MULTILINE)


def refresh() -> None:
    """Fetch the package with npm and write its files and their record."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", f"{NAME}@{VERSION}", "--json", "--ignore-scripts"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        archive = Path(folder) / json.loads(packed.stdout)[0]["filename"]
        with tarfile.open(archive) as package:
            contents = {target: _member(package, source) for source, target in FILES.items()}
            license_name = json.loads(_member(package, "package/package.json"))["license"]
    VENDOR.mkdir(parents=True, exist_ok=True)
    for target, content in contents.items():
        (VENDOR / target).write_bytes(content)
    record = {
        "name": NAME,
        "version": VERSION,
        "license": license_name,
        "sha256": {target: _sha256(content) for target, content in sorted(contents.items())},
    }
    (VENDOR / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def differences() -> list[str]:
    """Return the names of files that are not what VENDOR.json says."""
    record = json.loads((VENDOR / RECORD).read_text(encoding="utf-8"))
    return [
        name
        for name, digest in record["sha256"].items()
        if not (VENDOR / name).is_file() or _sha256((VENDOR / name).read_bytes()) != digest
    ]


def main() -> int:
    """Refresh, or check; 1 if a file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with VENDOR.json and write nothing")
    if not parser.parse_args().check:
        refresh()
    changed = differences()
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
