"""Hostile saved pages and notes, and what may be wrong with a file of any format of text."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterator

from tests.hostile.formats import ABSTRACT, AFTER, BEFORE, BOTH, FORMATS, XML_FORMATS, Format
from tests.hostile.sample import Lost, Sample, sample, second

__all__ = ["samples"]

PAGE = FORMATS["hf-papers"]
NOTE = f"---\ntitle: {BEFORE}\nyear: 2024\n---\n\n# Abstract\n\n{ABSTRACT}\n"
XML = frozenset(form.name for form in XML_FORMATS)


def samples() -> Iterator[Sample]:
    """All of them."""
    yield from _pages()
    yield from _notes()
    for form in FORMATS.values():
        yield from _encodings(form)
        yield from _packed(form)
    yield from _no_format()


def _pages() -> Iterator[Sample]:
    yield second(
        PAGE,
        "no title",
        "an abstract without its title",
        f"{ABSTRACT} {ABSTRACT}\n\n• 2 authors\n\nMay 16 3\n",
        "an abstract with no title",
    )
    yield second(PAGE, "too long", "a title of 600 letters", PAGE.record("gull " * 120), "")
    long = PAGE.record("Endless").replace(ABSTRACT, "gull " * 200_000)
    yield second(PAGE, "too long", "an abstract of a million characters", long, "too long to be one")
    line = PAGE.record("Endless").replace(ABSTRACT, "gull " * 500_000)
    yield second(PAGE, "too long", "a line of 2.5 million characters", line, "too long for any abstract")
    yield second(PAGE, "wrong encoding", "bytes that are not UTF-8", PAGE.record("Caf\udce9 gulls"), "not UTF-8")
    foot = PAGE.record("Foot of bytes").replace("3 authors", "3 au\udce9thors")  # found by fuzzing
    yield second(PAGE, "wrong encoding", "a foot that is not UTF-8", foot, kept=(*BOTH, "Foot of bytes"))
    yield second(PAGE, "wrong encoding", "a NUL byte", PAGE.record("Gulls\0 here"), kept=(*BOTH, "Gulls here"))
    yield second(
        PAGE, "hostile text", "a right-to-left override", PAGE.record("Gulls \u202egnp"), kept=(*BOTH, "Gulls gnp")
    )
    yield second(
        PAGE, "hostile text", "a script", PAGE.record("<script>x</script>"), kept=(*BOTH, "<script>x</script>")
    )
    odd = PAGE.record("Odd foot").replace("May 17 5", "May 31 9,999,999k").replace("3 authors", "999999 authors")
    yield second(PAGE, "odd values", "numbers beyond measure in the foot", odd, kept=(*BOTH, "Odd foot"))
    day = PAGE.record("No such day").replace("May 17 5", "Feb 30 5")
    yield second(PAGE, "odd values", "a day that no calendar has", day, kept=(*BOTH, "No such day"))
    text = PAGE.around()
    yield sample(
        "truncated",
        "hf-papers: half saved, within an abstract",
        PAGE.file,
        text[:-250],
        Lost("no abstract, authors or date", PAGE.position(2)),
        kept=(BEFORE,),
    )
    yield sample("empty", "hf-papers: the page's furniture alone", PAGE.file, PAGE.head, Lost("no papers"), kept=())
    html = f"<!DOCTYPE html>\n<html><head><title>Daily Papers</title></head><body><p>{ABSTRACT}</p>"
    yield sample(
        "no record", "hf-papers: the page as HTML, half saved", "daily.html", html, Lost("no known format"), kept=()
    )
    yield sample("duplicates", "hf-papers: one paper twice", PAGE.file, PAGE.around(PAGE.good(BEFORE)), merged=1)


def _notes() -> Iterator[Sample]:
    broken = {
        "a block that is never closed": ("truncated", f"---\ntitle: {BEFORE}\n", None, "no known format"),
        "a block without a title": ("no title", "---\nyear: 2024\n---\n\nText.\n", None, "no known format"),
        "an empty title": ("no title", f"---\ntitle:\nyear: 2024\n---\n\n{ABSTRACT}\n", 1, "no title"),
        "an object for a title": ("odd values", f"---\ntitle:\n  x: [1]\n---\n\n{ABSTRACT}\n", 1, "title is a"),
        "a tab where YAML wants spaces": ("broken", "---\ntitle: Gulls\n\tyear: 2024\n---\n", 1, "not YAML"),
        "a bracket that is never closed": ("broken", "---\ntitle: [Gulls\n---\n", 1, "not YAML"),
        "lists in one another": ("nesting", f"---\ntitle: Gulls\nx: {'[' * 10_000}{']' * 10_000}\n---\n", 1, "nested"),
        "aliases that multiply": (
            "bomb",
            "---\ntitle: Gulls\na: &a [x]\n"
            + "".join(f"{y}: &{y} [{', '.join([f'*{x}'] * 9)}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True))
            + "---\n",
            1,
            "alias",
        ),
        "a block of 200 kB": (
            "too long",
            f"---\ntitle: Gulls\nx: {'gull ' * 40_000}\n---\n",
            1,
            "front matter of more",
        ),
        "bytes that are not UTF-8": ("wrong encoding", NOTE.replace("2024", "Caf\udce9"), 1, "not UTF-8"),
        "a key twice as an anchor to itself": ("loops", "---\ntitle: &t [*t]\n---\n", 1, "alias"),
    }
    for what, (kind, text, at, reason) in broken.items():
        yield sample(kind, f"front-matter: {what}", "note.md", text, Lost(reason, at), kept=())
    kept = {
        "a tag that would make an object": ("hostile text", "title: !!python/object/apply:os.system [Gulls]", "Gulls"),
        "a number for a title": ("odd values", "title: 1984", "1984"),
        "a key stated twice": ("duplicates", "title: Terns\ntitle: Gulls", "Gulls"),
        "a formula of a spreadsheet": ("hostile text", 'title: "=1+1"', "=1+1"),
        "a right-to-left override": ("hostile text", "title: Gulls \u202egnp", "Gulls gnp"),
        "a script in its body": ("hostile text", "title: Gulls", "Gulls"),
        "a year that is none": ("odd values", "title: Gulls\nyear: [[1e999]]", "Gulls"),
    }
    for what, (kind, block, title) in kept.items():
        text = f"---\n{block}\n---\n\n{ABSTRACT}\n<script>alert(1)</script>\n"
        yield sample(kind, f"front-matter: {what}", "note.md", text, kept=(title,))
    book = f"---\ntitle: A whole book\n---\n\n{'gull ' * 200_000}\n"
    yield sample(
        "too long",
        "front-matter: a body of a million characters, which is no abstract",
        "note.md",
        book,
        kept=("A whole book",),
    )
    huge = f"---\ntitle: A library\n---\n\n{'gull ' * 4_000_000}\n"
    yield sample(
        "too long", "front-matter: a body of 20 million characters", "note.md", huge, Lost("is no paper", 1), kept=()
    )


def _encodings(form: Format) -> Iterator[Sample]:
    text = form.around()
    undeclared = text.replace(' encoding="UTF-8"', "", 1)
    wide = undeclared.encode("utf-16")
    yield sample("wrong encoding", f"{form.name}: UTF-16 with its mark", form.file, wide)
    blind = undeclared.encode("utf-16-le")
    yield sample(
        "wrong encoding",
        f"{form.name}: UTF-16 without its mark",
        form.file,
        blind,
        Lost("UTF-16 without a byte order mark"),
        kept=(),
    )
    yield sample("wrong encoding", f"{form.name}: a byte order mark", form.file, text.encode("utf-8-sig"))
    latin = text.replace(BEFORE, "Caf\xe9 gulls").encode("latin-1", "replace")
    lost = Lost("not XML: not well-formed", 1) if form.name in XML else Lost("not UTF-8", form.position(1))
    yield sample(
        "wrong encoding", f"{form.name}: Latin-1", form.file, latin, lost, kept=() if form.name in XML else (AFTER,)
    )
    yield sample("line ends", f"{form.name}: CR LF", form.file, text.replace("\n", "\r\n"))
    yield sample("line ends", f"{form.name}: CR alone", form.file, text.replace("\n", "\r"))
    yield sample("white space", f"{form.name}: empty lines before and after", form.file, f"{text}\n\n \n")


def _packed(form: Format) -> Iterator[Sample]:
    data = form.around().encode()
    kept = (BEFORE,) if form is PAGE else BOTH  # the last paper on a page may go on after the cut
    zipped = gzip.compress(data, mtime=0)
    whole = zipped[:-8]  # without checksum and size
    yield sample(
        "truncated", f"{form.name}: gzip without its checksum", f"{form.file}.gz", whole, _cut(form), kept=kept
    )
    wrong = whole + b"\xff" * 8
    yield sample("broken", f"{form.name}: gzip with a wrong checksum", f"{form.file}.gz", wrong, _cut(form), kept=kept)
    more = zipped + b"gull"
    yield sample("broken", f"{form.name}: garbage after gzip", f"{form.file}.gz", more, _cut(form), kept=kept)
    for ending, pack in ((".bz2", bz2.compress), (".xz", lzma.compress)):
        cut = pack(data)[:-40]
        reason = Lost("cut off", 2 if form.head == "[\n" and ending == ".xz" else None)
        yield sample(
            "truncated", f"{form.name}: {ending[1:]} without its end", form.file + ending, cut, reason, kept=None
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, text in enumerate(
            (form.whole(form.good(BEFORE)), form.whole(form.good("Lost")), form.whole(form.good(AFTER)))
        ):
            archive.writestr(zipfile.ZipInfo(f"{number}-{form.file}"), text)
    broken = packed.getvalue().replace(b"Lost", b"Host", 1)
    yield sample(
        "broken",
        f"{form.name}: a zip member with a wrong checksum",
        f"{form.file}.zip",
        broken,
        Lost("Bad CRC", member=f"/1-{form.file}"),
    )


def _cut(form: Format) -> Lost:
    """Damage behind all that is in a file."""
    return Lost("gzip", 3 if form.head == "[\n" else None)


def _no_format() -> Iterator[Sample]:
    unknown = Lost("no known format")
    empty = Lost("is empty")
    for name in ("x.json", "x.csv", "x.xml", "x.bib", "x"):
        yield sample("empty", f"an empty file named {name}", name, b"", empty, kept=())
    yield sample("empty", "a gzip file of nothing", "x.gz", gzip.compress(b"", mtime=0), empty, kept=())
    yield sample("white space", "white space alone", "x.json", " \n\t\r\n  ", unknown, kept=())
    yield sample("white space", "a byte order mark alone", "x.csv", b"\xef\xbb\xbf", unknown, kept=())
    yield sample(
        "binary", "a PNG picture", "x.json", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), unknown, kept=()
    )
    yield sample(
        "binary", "a PDF named .txt", "x.txt", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", unknown, kept=()
    )
    yield sample("binary", "an ELF program", "x.bib", b"\x7fELF\x02\x01\x01" + bytes(100), unknown, kept=())
    yield sample("binary", "an SQLite database", "x.jsonl", b"SQLite format 3\0" + bytes(100), unknown, kept=())
    yield sample("binary", "zeros", "x.csv", bytes(100_000), unknown, kept=())
    yield sample("binary", "every byte, many times", "x.tsv", bytes(range(256)) * 400, unknown, kept=())
    yield sample("nesting", "100,000 brackets", "x.json", "[" * 100_000, unknown, kept=())
    yield sample("nesting", "100,000 braces with keys", "x.json", '{"a":' * 100_000, unknown, kept=())
    yield sample("nesting", "100,000 elements", "x.xml", "<a>" * 100_000, unknown, kept=())
