"""Which encoding a file is in, from its first bytes: certain, or not at all."""

from __future__ import annotations

import codecs
import re

from soleflip_desktop.domain.errors import FileImportError

#: Bytes that decide; the same for the sketch and for the whole file.
SNIFF_BYTES = 1 << 16
#: UTF-32's first: the mark of UTF-16 begins one of them.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Text codecs of Python that are no encodings of files.
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs"}
_WESTERN = {"cp1252", "latin_1", "iso8859_15"}
#: More NULs than one in a hundred bytes: not a text with a fault but no text.
_NUL_SHARE = 100
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]+")
#: What German, French and English texts hold beside ASCII. Signs never stand within a word.
_LETTERS = "äöüÄÖÜßéÉèàâêçñ"
_SIGNS = "€£§°²½¼¾©®™–—„“”‚‘…·×´«»\u00a0"
_PLAIN_RUN = re.compile(rf"[{_LETTERS}]{{1,2}}|[{_SIGNS}]{{1,2}}|’")
_PARTS = re.compile(rf"[{_LETTERS}]+|[^{_LETTERS}]+")
_IN_WORD = re.compile(rf"[^\W\d_][{_SIGNS}]+[^\W\d_]")


def require_encoding(encoding: str, name: str) -> None:
    """Raises FileImportError for a name that is no text encoding."""
    try:
        "".encode(encoding)
        known = codecs.lookup(encoding).name not in _NO_CHARSETS
    except (LookupError, ValueError):
        known = False
    if not known:
        msg = f"{name}: there is no text encoding “{encoding}”; name one like cp1252."
        raise FileImportError(msg)


def detect_encoding(head: bytes, name: str) -> str:
    """Raises FileImportError where the bytes are no text, or may be several."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if wide := _without_mark(head):
        return wide
    if head.count(0) * _NUL_SHARE > len(head):
        raise FileImportError(_no_text(name))
    try:
        codecs.utf_8_decode(head, "strict", len(head) < SNIFF_BYTES)
    except UnicodeDecodeError as error:
        if _CONTROLS.search(head):
            raise FileImportError(_no_text(name)) from error
        return _western(head, name, error.start)
    return "utf-8"


def _without_mark(head: bytes) -> str | None:
    """UTF-16 by its NULs: every other byte of Western text is one, hardly any of the rest."""
    half = len(head) // 2
    low, high = head[::2].count(0), head[1::2].count(0)
    for encoding, zeros, others in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        if zeros * 3 > half > 0 and others * 5 <= zeros:
            return encoding
    return None


def _western(head: bytes, name: str, first: int) -> str:
    lines = _foreign_lines(head)
    guess = "cp1252" if _is_plainly_western(lines) else _guess(lines)
    if guess == "cp1252":
        return guess
    line = len(re.findall(rb"\r\n|\r|\n", head[:first])) + 1
    likely = f"; it looks like {guess}" if guess else ""
    named = f": --encoding {guess}" if guess else ", such as --encoding cp1252"
    msg = (
        f"{name}: line {line} is not UTF-8 (byte 0x{head[first]:02x}){likely}. Save it as “CSV "
        f"UTF-8”, or name its encoding{named}."
    )
    raise FileImportError(msg)


def _foreign_lines(head: bytes) -> bytes:
    """The lines that tell anything, without one that the head cuts: perhaps within a character."""
    lines = re.split(rb"[\r\n]+", head)
    whole = lines[:-1] if len(head) == SNIFF_BYTES else lines
    return b"\n".join(line for line in whole if not line.isascii()) or head


def _is_plainly_western(lines: bytes) -> bool:
    """A few umlauts are too little for statistics, but nothing else looks like them."""
    try:
        text = lines.decode("cp1252")
    except UnicodeDecodeError:
        return False
    runs = _FOREIGN_RUN.findall(text)
    return not _IN_WORD.search(text) and all(
        _PLAIN_RUN.fullmatch(part) for run in runs for part in _PARTS.findall(run)
    )


def _guess(lines: bytes) -> str | None:
    """charset-normalizer's opinion; every Western European one is cp1252, which holds them."""
    from charset_normalizer import from_bytes  # noqa: PLC0415  (slow to import, seldom needed)

    best = from_bytes(lines).best()
    if best is None:
        return None
    return "cp1252" if _WESTERN & {best.encoding, *best.could_be_from_charset} else best.encoding


def _no_text(name: str) -> str:
    return f"{name}: this is not a text file. Export the report as CSV or XLSX."
