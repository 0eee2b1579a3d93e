"""ZIP archives: is it safe to unpack them? Asked of the table of contents, before anything is unpacked.

A member is copied into a nameless temporary file, so that its name, whatever tricks it plays, is never a path. Deflate
packs at most about a thousand to one, and records about ten to one: what claims more than a hundred, beyond a size that
does no harm, is refused.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from regulars.core import RegularsError
from regulars.records._formats.stored import Copy, Stored
from regulars.records._marks import N_, brief

HARMLESS = 50 << 20
MOST_RATIO = 100
_LARGEST = 64 << 30
_MOST_MEMBERS = 10_000
_CHUNK = 1 << 20
_SYSTEM = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, OverflowError, KeyError)
_IS_ENCRYPTED = 0x1


class ArchiveBroken(RegularsError):
    """A ZIP archive that cannot be read."""

    code = "archive_broken"
    template = "{file} is a ZIP archive that cannot be read: {problem}. Pack it again, or unpack it and name the files."


class ArchiveEmpty(RegularsError):
    """A ZIP archive without a file in it."""

    code = "archive_empty"
    template = "{file} is a ZIP archive without a file in it. Pack it again, or leave it out."


class ArchiveLocked(RegularsError):
    """A ZIP archive that asks for a password."""

    code = "archive_locked"
    template = "{file} asks for a password. Unpack it with its password, and name the files inside it."


class ArchiveNested(RegularsError):
    """An archive inside an archive."""

    code = "archive_nested"
    template = "{file} is an archive inside an archive. Unpack the outer one, and name the inner one."


class ArchiveSuspicious(RegularsError):
    """An archive that would unpack to so much that it must be a bomb."""

    code = "archive_suspicious"
    template = (
        "{file} would unpack from {packed} to {unpacked} bytes. No export does that; it was not opened. "
        "If you trust it, unpack it and name the files inside it."
    )


def contents_of(stored: Stored, *, file: str) -> tuple[zipfile.ZipInfo, ...]:
    """Return the table of contents of an archive that may be unpacked.

    Raises:
        ArchiveBroken: it has none.
        ArchiveSuspicious: it holds too many members, or members that grow too much.
    """
    try:
        with stored.open() as opened, zipfile.ZipFile(opened) as archive:
            members = tuple(archive.infolist())
    except _DAMAGE as error:
        raise ArchiveBroken(file=file, problem=brief(error)) from error
    refuse_bombs(members, file=file, most=_LARGEST)
    return members


def refuse_bombs(members: tuple[zipfile.ZipInfo, ...], *, file: str, most: int) -> None:
    """Refuse what claims to unpack to more than `most` bytes, or to much more than it is.

    Raises:
        ArchiveSuspicious: it does, or holds too many members.
    """
    packed, unpacked = sum(each.compress_size for each in members), sum(each.file_size for each in members)
    swollen = any(each.file_size > HARMLESS and each.file_size > MOST_RATIO * each.compress_size for each in members)
    swollen = swollen or (unpacked > HARMLESS and unpacked > MOST_RATIO * packed)
    if swollen or unpacked > most or len(members) > _MOST_MEMBERS:
        raise ArchiveSuspicious(file=file, packed=packed, unpacked=unpacked)


def unpacked(stored: Stored, *, file: str) -> Iterator[tuple[str, Stored]]:
    """Yield the files in an archive, in their order, under the names people know them by.

    Raises:
        ArchiveBroken, ArchiveSuspicious, ArchiveLocked: it cannot or must not be unpacked.
        ArchiveEmpty: there is no file in it.
    """
    members = [member for member in contents_of(stored, file=file) if _is_file(member)]
    if not members:
        raise ArchiveEmpty(file=file)
    for member in members:
        name = f"{file}/{_shown(member.filename)}"
        if member.flag_bits & _IS_ENCRYPTED:
            raise ArchiveLocked(file=name)
        try:
            with stored.open() as opened, zipfile.ZipFile(opened) as archive:
                copy = Copy(_chunks(archive, member))
        except _DAMAGE as error:
            raise ArchiveBroken(file=name, problem=brief(error)) from error
        yield name, Stored(copy)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    # Python's reader hands over no more than the size that the table of contents claims, which was looked at.
    with archive.open(member) as opened:
        yield from iter(lambda: opened.read(_CHUNK), b"")


def _is_file(member: zipfile.ZipInfo) -> bool:
    # Asked of the name itself: the library's own question breaks on a member without one.
    return not member.filename.endswith("/") and not _SYSTEM & set(PurePosixPath(member.filename).parts)


def _shown(name: str) -> str:
    """Return a member's name as it was meant, without what a terminal or a page would act upon.

    Where an archive does not say how its names are written, the library takes DOS's code page; they are likely not.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            name = name.encode("cp437").decode(encoding)
            break
        except UnicodeError:
            continue
    return "".join(letter if letter.isprintable() else "?" for letter in name)[-200:] or "?"


def zip_kind(stored: Stored, *, file: str) -> str:
    """Return what a ZIP archive is: `xlsx`, `zip`, or the name of a format that is kept in one and is not read.

    Raises:
        ArchiveBroken, ArchiveSuspicious: as `contents_of`.
    """
    names = {member.filename for member in contents_of(stored, file=file)}
    if "xl/workbook.bin" in names:
        return N_("a binary Excel workbook (.xlsb)")
    if "[Content_Types].xml" in names and any(name.replace("\\", "/").startswith("xl/") for name in names):
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return N_("an OpenDocument file")
    if "word/document.xml" in names:
        return N_("a Word document")
    return "zip"
