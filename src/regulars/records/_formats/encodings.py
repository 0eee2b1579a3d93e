"""In which encoding is this file? What can be proven is used; what cannot is asked for, never guessed.

The order: a byte-order mark; strict UTF-8 of the whole file; GB18030, where a header is then a known Chinese one
or the detector says so, and the whole file decodes strictly; UTF-16, where every other byte is zero. Else `--encoding`.
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import chardet
import numpy as np
import pyarrow as pa

from regulars.core import RegularsError
from regulars.records._formats.stored import Stored
from regulars.records._words import plain, words

_CHUNK = 1 << 22
_SAMPLE = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD_PAGES = ("cp4", "cp7", "cp8", "ibm", "mac")
"""Code pages that no program of today writes; a few letters of a Western language look like them."""
_WESTERN = frozenset(map(chr, range(128))) | frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœ€£§°²³ªº½«»‘’“”„–—…·¿¡©®™\N{NO-BREAK SPACE}"
)
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "cp936"})
_NO_FILES = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode"})
"""Codecs of Python's that no file is written in."""


class EncodingUnknown(RegularsError):
    """Bytes whose encoding nothing proves."""

    code = "encoding_unknown"
    template = (
        "{file} is not UTF-8 (line {line}), and no other encoding is certain. Say which, such as --encoding {likely}; "
        "with --encoding utf-8 the lines that cannot be decoded are set aside."
    )


class EncodingInvalid(RegularsError):
    """The name of an encoding that does not exist."""

    code = "encoding_invalid"
    template = "There is no encoding '{encoding}' ({file}). Names are such as utf-8, gb18030, utf-16 or windows-1252."


class EncodingWrong(RegularsError):
    """Bytes that break the encoding which their mark announces."""

    code = "encoding_wrong"
    template = "{file} says by its first bytes that it is {encoding}, but it is not. Save it as UTF-8 and try again."


class EncodingUnfit(RegularsError):
    """A stated encoding that these bytes cannot be in at all."""

    code = "encoding_unfit"
    template = "{file} cannot be {encoding}: {problem}. Name another with --encoding, or leave it out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """How a file's bytes become text; `is_stated` if a person said so, and then broken bytes are set aside."""

    file: str
    encoding: str
    is_stated: bool

    def chunks(self, stored: Stored) -> Iterator[bytes]:
        """Yield the file's text as UTF-8 bytes; what cannot be decoded becomes U+FFFD (stated encodings only).

        Raises:
            EncodingUnfit: the stated encoding refuses the bytes altogether.
        """
        if self.encoding == "utf-8" and not self.is_stated:
            yield from _chunks(stored)
            return
        decoder = codecs.getincrementaldecoder(self.encoding)("replace" if self.is_stated else "strict")
        try:
            for chunk in _chunks(stored):
                yield _encoded(decoder.decode(chunk))
            yield _encoded(decoder.decode(b"", final=True))
        except UnicodeError as error:
            raise EncodingUnfit(file=self.file, encoding=self.encoding, problem=error) from error


def decoding_of(stored: Stored, *, file: str, stated: str | None) -> Decoding:
    """Return the encoding of a whole file.

    Raises:
        EncodingUnknown, EncodingInvalid, EncodingWrong: the encoding is not known, does not exist, or is broken.
    """
    sample = stored.start(_SAMPLE)
    if stated is not None:
        return Decoding(file=file, encoding=_checked(stated, sample, file), is_stated=True)
    marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
    if marked is not None and not _decodes(stored, marked):
        raise EncodingWrong(file=file, encoding=marked.upper().removesuffix("-SIG"))
    encoding = marked or _proven(stored, sample, file)
    return Decoding(file=file, encoding=encoding, is_stated=False)


def _checked(stated: str, sample: bytes, file: str) -> str:
    try:
        name = codecs.lookup(stated.strip()).name
        "".encode(name)
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError) as error:
        raise EncodingInvalid(file=file, encoding=stated) from error
    if name in _NO_FILES:
        raise EncodingInvalid(file=file, encoding=stated)
    return "utf-8-sig" if name == "utf-8" and sample.startswith(codecs.BOM_UTF8) else name


def _proven(stored: Stored, sample: bytes, file: str) -> str:
    wide = _utf16_without_mark(sample)
    if wide and _decodes(stored, wide):
        return wide
    if is_utf8(_chunks(stored)):
        return "utf-8"
    detected = (chardet.detect(sample).get("encoding") or "").lower()
    is_chinese = detected in _CHINESE or _has_chinese_header(sample)
    if is_chinese and not _is_mixed(sample) and _decodes(stored, "gb18030"):
        return "gb18030"
    raise EncodingUnknown(file=file, line=_line_of_first_break(stored), likely=_likely(detected, sample))


def _is_mixed(sample: bytes) -> bool:
    """Whether some lines are UTF-8 in a file that as a whole is not.

    GB18030 takes nearly any bytes, so it would read such lines too, as other words. A line of real GB18030 is valid
    UTF-8 only by a rare accident.
    """
    foreign = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    return sum(map(_is_utf8, foreign)) * 50 > len(foreign)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(sample: bytes) -> str | None:
    """Return UTF-16 in the byte order in which at least two of five letters have a zero half, and none the other."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd * 5 >= len(sample) and even == 0:
        return "utf-16-le"
    if even * 5 >= len(sample) and odd == 0:
        return "utf-16-be"
    return None


def _has_chinese_header(sample: bytes) -> bool:
    first = sample.lstrip().split(b"\n", 1)[0]
    try:
        line = first.decode("gb18030")
    except UnicodeDecodeError:
        return False
    for separator in ("\t", ";", "|"):
        line = line.replace(separator, ",")
    headers = {plain(header) for header in line.split(",") if not header.isascii()}
    return any(headers & set(own) for own in words().own.values())


def is_utf8(chunks: Iterable[bytes]) -> bool:
    """Whether chunks, which may cut letters in two, are UTF-8: Arrow's check takes a sixth of the time of decoding."""
    rest = b""
    for chunk in chunks:
        held = rest + chunk
        # Only the last letter may be cut: it begins with the last byte that continues none.
        start = next((place for place in range(1, 5) if held[-place:][0] & 0xC0 != 0x80), 0) if len(held) >= 4 else 0
        if len(held) >= 4 and not start:
            return False
        whole, rest = (held[:-start], held[-start:]) if start else (b"", held)
        if not _are_letters(whole):
            return False
    return _are_letters(rest)


def _are_letters(text: bytes) -> bool:
    ends = pa.py_buffer(np.array([0, len(text)], dtype=np.int64))
    try:
        pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(text)]).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _decodes(stored: Stored, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for chunk in _chunks(stored):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _line_of_first_break(stored: Stored) -> int:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    line, tail = 1, b""
    for chunk in _chunks(stored):
        tail = decoder.getstate()[0]
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return line + (tail + chunk)[: error.start].count(b"\n")
        line += chunk.count(b"\n")
    return line


def _likely(detected: str, sample: bytes) -> str:
    if detected.startswith(_OLD_PAGES) and not set(sample.decode("cp1252", "replace")) - _WESTERN:
        return "cp1252"
    try:
        return codecs.lookup(detected).name if detected not in {"", "ascii", "utf-8"} else "gb18030"
    except LookupError:
        return "gb18030"


def _chunks(stored: Stored) -> Iterator[bytes]:
    with stored.open() as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # A lone surrogate (some codecs let it through) has no UTF-8 form: it counts as unreadable.
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode("utf-8")
