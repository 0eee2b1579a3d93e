"""Keep the Chinese catalogue in step with the messages in the source, and compile it.

Run `python tools/compile_catalog.py` after changing a message: new ones are added to the .po (empty, and listed),
unused ones removed, the .mo written. With `--check` nothing is written; the exit code is 1 if anything would be,
or if a message has no translation.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "regulars"
CATALOGUE = SOURCE / "reports" / "locale" / "zh" / "LC_MESSAGES" / "regulars.po"
KEYWORDS = {"t": (1,), "nt": (1, 2), "N_": (1,), "NN_": (1, 2)}

# A file that changes by the minute of its writing could not be compared.
_DAY = datetime(2026, 1, 1, tzinfo=UTC)

Message = str | tuple[str, str]


def messages() -> set[Message]:
    """Return every message of the source: those said, those kept in tables, and the templates of errors."""
    found: set[Message] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        found.update(_error_templates(path))
        if path.relative_to(SOURCE).parts[0] in {"reports", "cli", "app", "records"}:
            found.update(_said(path))
    for path in sorted([*SOURCE.glob("*/templates/**/*.html")]):
        with path.open("rb") as file:
            for _, message, _, _ in extract("jinja2.ext:babel_extract", file, keywords=KEYWORDS):
                found.add(message if isinstance(message, str) else (message[0], message[1]))
    return found


def catalogue() -> tuple[Catalog, list[str]]:
    """Return the catalogue as it ought to be, and the messages that have no translation in it."""
    with CATALOGUE.open("rb") as file:
        old = read_po(file, locale="zh")
    new = Catalog(
        locale="zh", domain="regulars", header_comment="# The Chinese words of regulars.", fuzzy=False,
        project="regulars", version="1", msgid_bugs_address="-", last_translator="-", language_team="zh",
        creation_date=_DAY, revision_date=_DAY,
    )  # fmt: skip
    missing = []
    for message in sorted(messages(), key=str):
        key = message if isinstance(message, str) else message[0]
        known = old.get(key)
        translation = known.string if known is not None and not known.fuzzy else ""
        # Chinese has one plural form.
        text = translation if isinstance(translation, str) else (translation or ("",))[0]
        new.add(message, text if isinstance(message, str) else (text,))
        if not text:
            missing.append(key)
    return new, missing


def rendered(content: Catalog) -> tuple[bytes, bytes]:
    """Return the .po and the .mo of a catalogue."""
    text, compiled = BytesIO(), BytesIO()
    write_po(text, content, width=110, sort_output=True)
    write_mo(compiled, content)
    return text.getvalue(), compiled.getvalue()


def main() -> int:
    """Bring the files up to date, or check them; 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if anything would change")
    is_check = parser.parse_args().check
    content, missing = catalogue()
    for key in missing:
        sys.stderr.write(f"no translation: {key}\n")
    failed = bool(missing)
    for path, wanted in zip((CATALOGUE, CATALOGUE.with_suffix(".mo")), rendered(content), strict=True):
        if is_check and (not path.is_file() or path.read_bytes() != wanted):
            sys.stderr.write(f"{path.name} is out of date; run python tools/compile_catalog.py\n")
            failed = True
        elif not is_check:
            path.write_bytes(wanted)
    return int(failed)


def _said(path: Path) -> Iterator[Message]:
    """Yield the texts given to t, nt, N_ and NN_; Babel's own reader would also take the keys of tables inside them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        texts = [node.args[place - 1] for place in KEYWORDS.get(name, ()) if len(node.args) >= place]
        found = [text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)]
        if found and len(found) == len(KEYWORDS[name]):
            yield found[0] if len(found) == 1 else (found[0], found[1])


def _error_templates(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            names = {
                target.id: statement.value
                for statement in node.body
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name)
            }
            template = names.get("template")
            if "code" in names and isinstance(template, ast.Constant) and isinstance(template.value, str):
                yield template.value


if __name__ == "__main__":
    sys.exit(main())
