"""What lies in a folder and is no file, or has a hostile name."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.formats import FORMATS
from tests.hostile.sample import Lost, Sample, sample

__all__ = ["samples"]

LINES = FORMATS["jsonl"]
BAD_LINE = LINES.around("{").encode()
NOT_JSON = Lost("not JSON", 2)


def samples() -> Iterator[Sample]:
    """All of them."""
    special = Lost("is a pipe, a socket or a device")
    nowhere = Lost("is a link that leads nowhere")
    made: dict[str, tuple[Callable[[Path], None], Lost]] = {
        "a named pipe, which nobody writes to": (os.mkfifo, special),
        "a socket": (_socket, special),
        "a link to a device without end": (lambda path: path.symlink_to("/dev/zero"), special),
        "a link that leads nowhere": (lambda path: path.symlink_to("gull"), nowhere),
        "a link to itself": (lambda path: path.symlink_to(path.name), nowhere),
        "a link to the folder it is in": (lambda path: path.symlink_to(path.parent), Lost("is a link to a folder")),
    }
    for what, (make, lost) in made.items():
        yield sample("no file", what, "x.jsonl", make, lost, kept=())
    # The superuser may read anything: for him, a file that fails when it is read.
    unreadable = (_failing, Lost("")) if os.geteuid() == 0 else (_forbidden, Lost("Permission denied"))
    yield sample("no file", "a file that cannot be read", "x.jsonl", unreadable[0], unreadable[1], kept=())
    yield sample("no file", "a folder named like a file", "x.json", _folder, Lost("not JSON", 2, "/papers.jsonl"))
    names = {
        "a line end": "x\ny.jsonl",
        "escape sequences": "x\x1b[2J\x1b]0;gull\x07.jsonl",
        "a right-to-left override": "x\u202elnosj.jsonl",
        "bytes that are not UTF-8": "x\udce9.jsonl",
        "wild cards and quotes": "x*?[a]'\";$(touch gull).jsonl",
        "a leading hyphen": "--prune",
        "spaces alone": "   ",
        "240 letters": "x" * 240,
    }
    for what, name in names.items():
        yield sample("hostile name", f"a name of {what}", name, BAD_LINE, NOT_JSON)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _failing(path: Path) -> None:
    """A file whose reading fails, for everybody."""
    path.symlink_to("/proc/self/mem")


def _forbidden(path: Path) -> None:
    path.write_bytes(BAD_LINE)
    path.chmod(0)


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "papers.jsonl").write_bytes(BAD_LINE)
