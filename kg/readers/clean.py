"""The one place where text from an input is made storable: every reader passes every string through here."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean_text", "has_bad_bytes"]

_SPACES = re.compile(r"\s+")
# Cc, Cf and noncharacters are invisible: they break matching, XML and terminals. The two joiners stay, since scripts
# and emoji need them.
_JOINERS = "\u200c\u200d"
_NONCHARACTERS = frozenset(chr(plane * 0x10000 + low) for plane in range(17) for low in (0xFFFE, 0xFFFF)) | frozenset(
    chr(code) for code in range(0xFDD0, 0xFDF0)
)
_ESCAPED_BYTES = re.compile("[\udc80-\udcff]")
# Normalisation sorts runs of combining marks in quadratic time; no script needs more than 30 (UAX #15, stream-safe).
_MARKS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MAX_MARKS = 30


def has_bad_bytes(text: str) -> bool:
    """Whether the text held bytes that are not UTF-8 (they arrive as lone surrogates, see ``Input.text``)."""
    return not text.isascii() and _ESCAPED_BYTES.search(text) is not None


def clean_text(text: str) -> str:
    """NFC, white space runs as one space, no control or invisible characters, lone surrogates as U+FFFD.

    Offsets of mentions refer to the result. Idempotent.

    >>> clean_text("  two   words ")
    'two words'
    """
    if not text.isascii():
        text = _normal(text)
    text = _SPACES.sub(" ", text).strip()
    if text.isprintable():
        return text
    # Only now is the slow way needed. What is taken out can bring spaces or marks together: normalise again.
    text = "".join(_storable(char) for char in text)
    return _SPACES.sub(" ", _normal(text)).strip()


def _normal(text: str) -> str:
    # Before, for the time that normalisation takes; after, since it can take a character apart into one mark more.
    return _MARKS.sub(_shorten_marks, unicodedata.normalize("NFC", _MARKS.sub(_shorten_marks, text)))


def _storable(char: str) -> str:
    if char.isprintable() or char.isspace():
        return char
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    dropped = category == "Cc" or (category == "Cf" and char not in _JOINERS) or char in _NONCHARACTERS
    return "" if dropped else char


def _shorten_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    run = 0
    for char in match[0]:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)
