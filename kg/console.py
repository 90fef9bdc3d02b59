"""Text to a terminal or a pipe: UTF-8, and nothing in it that a terminal would obey."""

from __future__ import annotations

import re
import sys

__all__ = ["one_line", "printable", "utf8_output"]

# Controls (escape sequences start with one), bidirectional overrides, and lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_LINE = 2000


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def printable(text: str) -> str:
    """A text of unknown origin for display: control characters show as escapes, line ends included."""
    return _UNSAFE.sub(_escaped, text)


def one_line(text: str) -> str:
    """A message on one line of bounded length."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


def utf8_output() -> None:
    """Make stdout and stderr take any text: UTF-8 into files and pipes, escapes on a terminal that lacks a letter."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and stream.isatty():
            reconfigure(errors="backslashreplace")
        elif reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")
