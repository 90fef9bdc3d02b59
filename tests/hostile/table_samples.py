"""Hostile tables: CSV, TSV and Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from tests.hostile.formats import ABSTRACT, AFTER, BEFORE, BOTH, FORMATS, Format
from tests.hostile.sample import Lost, Sample, sample, second

__all__ = ["parquet_file", "samples"]


def samples() -> Iterator[Sample]:
    """All of them."""
    for name in ("csv", "tsv"):
        yield from _rows(FORMATS[name])
        yield from _whole(FORMATS[name])
    yield from _quotes()
    yield from _parquet()


def _rows(form: Format) -> Iterator[Sample]:
    sign = "\t" if form.name == "tsv" else ","
    good = form.good("Gulls")
    yield second(form, "ragged", "a row of one cell", "Gulls", "1 cells where the header has 3")
    yield second(form, "ragged", "a row of two cells", f"Gulls{sign}2024", "2 cells where the header has 3")
    yield second(form, "ragged", "a row of five cells", good + f"{sign}x{sign}y", "5 cells where the header has 3")
    yield second(form, "ragged", "empty cells after a row", good + sign * 5, kept=(*BOTH, "Gulls"))
    yield second(form, "no title", "a row without a title", form.record(""), "no title")
    yield second(form, "no title", "invisible characters for a title", form.good("\u200b\u2066"), "no title")
    yield second(form, "white space", "a row of empty cells", sign * 2)
    yield second(form, "odd values", "a number for a title", form.record("1984"), kept=(*BOTH, "1984"))
    yield second(form, "odd values", "a year that is none", good.replace("2024", "1e999"), kept=(*BOTH, "Gulls"))
    yield second(form, "wrong encoding", "bytes that are not UTF-8", form.good("Caf\udce9"), "not UTF-8")
    yield second(form, "wrong encoding", "a NUL byte", form.good("A\0B"), kept=(*BOTH, "AB"))
    yield second(form, "wrong encoding", "a surrogate as bytes", form.good("\udced\udca0\udc80"), "not UTF-8")
    yield second(form, "too long", "a title of 3,000 letters", form.good("gull " * 600), "more than 2000 is no title")
    long = good.replace(ABSTRACT, "gull " * 200_000)
    yield second(form, "too long", "an abstract of a million characters", long, "more than 200000 is no abstract")
    huge = good.replace(ABSTRACT, "gull " * 1_000_000)
    yield second(form, "too long", "a line of 5 million characters", huge, "the line is too long")
    for formula in ("=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "-1"):
        row = form.good(formula)
        yield second(form, "hostile text", f"the formula {formula} for a title", row, kept=(*BOTH, formula))
    for what, title in (("a right-to-left override", "Gulls \u202egnp"), ("HTML", "<img src=x onerror=y>Gulls")):
        kept = title.replace("\u202e", "")
        yield second(form, "hostile text", f"{what} in a title", form.good(title), kept=(*BOTH, kept))
    same = form.around(form.good(AFTER), form.good(BEFORE))
    yield sample("duplicates", f"{form.name}: rows that stand twice", form.file, same, merged=2)


def _whole(form: Format) -> Iterator[Sample]:
    sign = "\t" if form.name == "tsv" else ","
    header = form.head
    yield sample("empty", f"{form.name}: a header alone", form.file, header, Lost("no known format"), kept=())
    text = form.around()
    twice = header.strip() + f"{sign}title\n" + "".join(f"{form.good(title)}{sign}Another\n" for title in BOTH)
    yield sample("duplicates", f"{form.name}: two columns of one name", form.file, twice, kept=("Another",), merged=1)
    unnamed = text.replace("title", "heading", 1)
    yield sample("no title", f"{form.name}: no column of titles", form.file, unnamed, Lost("no known format"), kept=())
    cut = text[:-80]
    reason = "never closed" if form.name == "csv" else "2 cells"
    yield sample("truncated", f"{form.name}: cut within the last row", form.file, cut, Lost(reason, 3), kept=(BEFORE,))
    blank = "\n\n" + header + "\n\n" + "\n\n".join(form.good(title) for title in BOTH) + "\n\n"
    yield sample("white space", f"{form.name}: empty lines all over", form.file, blank)
    many = header.strip() + sign + sign.join(f"c{n}" for n in range(5000)) + "\n" + form.good(BEFORE) + "\n"
    yield sample(
        "ragged",
        f"{form.name}: 5,000 columns, and a row of 3",
        form.file,
        many,
        Lost("3 cells where the header has 5003", 2),
        kept=(),
    )


def _quotes() -> Iterator[Sample]:
    form = FORMATS["csv"]
    never = "a quote is opened and never closed"
    yield second(form, "broken", "a quote that is never closed", f'"Gulls,{ABSTRACT},2024', never)
    yield second(form, "broken", "a quote that is opened in the last cell", 'Gulls,x,"2024', never)
    yield second(
        form, "broken", "text after a closed quote", '"Gulls" and terns,x,2024', kept=(*BOTH, "Gulls and terns")
    )
    two = form.around('"Gulls,x,2024', '"Terns,x,2024')
    yield sample(
        "broken", "csv: two quotes that are never closed, in two rows", form.file, two, Lost(never, 3), Lost(never, 4)
    )
    long = form.around('"Gulls' + "\n" * 600 + '",x,2024')
    yield sample("too long", "csv: a cell of 600 lines", form.file, long, Lost(never, 3), Lost(never, 603))
    semicolons = form.around().replace('","', '";"').replace(",year", ";year").replace("title,", "title;")
    yield sample(
        "ragged",
        "csv: semicolons for some commas",
        form.file,
        semicolons,
        Lost("2 cells", 2),
        Lost("2 cells", 3),
        kept=(),
    )


def parquet_file(columns: dict[str, Any], **options: Any) -> bytes:
    """A Parquet file of columns."""
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), out, **options)
    return out.getvalue()


def _parquet() -> Iterator[Sample]:
    good = {"title": list(BOTH), "abstract": [ABSTRACT, ABSTRACT]}
    data = parquet_file(good)
    file = "papers.parquet"
    kind = "broken"
    yield sample("truncated", "parquet: cut in half", file, data[: len(data) // 2], Lost("is cut off"), kept=())
    yield sample("truncated", "parquet: without its last byte", file, data[:-1], Lost("is cut off"), kept=())
    yield sample("truncated", "parquet: its first four bytes alone", file, b"PAR1", Lost("is cut off"), kept=())
    yield sample(
        "truncated", "parquet: magic at both ends and nothing between", file, b"PAR1\0\0\0\0PAR1", Lost(""), kept=()
    )
    footer = data[:-8] + b"\xff\xff\xff\x7f" + b"PAR1"
    yield sample("too long", "parquet: a footer of 2 GB", file, footer, Lost("footer has 2147483647 bytes"), kept=())
    garbage = data[:-60] + b"\xff" * 52 + data[-8:]
    yield sample(kind, "parquet: a footer that is garbage", file, garbage, Lost("can be read"), kept=())
    page = data[:4] + b"\xff" * 30 + data[34:]
    yield sample(kind, "parquet: a page that is garbage", file, page, Lost("row group 1 is damaged", 1), kept=())
    three = parquet_file(
        {"title": [BEFORE, "Lost", AFTER], "abstract": [""] * 3},
        row_group_size=1,
        compression="gzip",
        use_dictionary=False,
    )
    starts = [at for at in range(len(three)) if three.startswith(b"\x1f\x8b", at)]
    broken = three[: starts[2] + 12] + b"\xff" * 8 + three[starts[2] + 20 :]
    yield sample(
        kind,
        "parquet: one row group of three that is damaged",
        file,
        broken,
        Lost("row group 2 is damaged, 1 rows are lost", 2),
    )
    yield sample("empty", "parquet: no rows", file, parquet_file({"title": [""][:0], "abstract": [""][:0]}), kept=())
    yield sample(
        "no title",
        "parquet: no column of titles",
        file,
        parquet_file({"heading": list(BOTH)}),
        Lost("no title column"),
        kept=(),
    )
    yield from _parquet_values(file)


def _parquet_values(file: str) -> Iterator[Sample]:
    titles: dict[str, tuple[list[Any], tuple[str, ...], str]] = {
        "numbers": ([1984, 2666], ("1984", "2666"), ""),
        "objects": ([{"x": 1}, {"x": 2}], (), "title"),
        "empty lists": ([["Gulls"], []], ("Gulls",), "no title"),
        "truth values": ([True, False], (), "title"),
        "NaN": ([1.5, float("nan")], ("1.5",), "title"),
        "nulls": (["Gulls", None], ("Gulls",), "no title"),
        "bytes that are not UTF-8": ([b"Gulls", b"Caf\xe9"], ("Gulls",), "not UTF-8"),
    }
    for what, (values, kept, reason) in titles.items():
        bad = [n + 1 for n, value in enumerate(values) if not kept or (reason and n == 1)]
        data = parquet_file({"title": values, "abstract": [ABSTRACT] * 2})
        yield sample(
            "odd values", f"parquet: {what} for titles", file, data, *(Lost(reason, n) for n in bad), kept=kept
        )
    odd = {"title": list(BOTH), "abstract": [1, 2], "authors": [{"x": [1]}, None], "year": [[2024], []]}
    yield sample("odd values", "parquet: numbers for abstracts, objects for authors", file, parquet_file(odd))
    long = parquet_file({"title": [BEFORE, "Endless", AFTER], "abstract": ["", "gull " * 200_000, ""]})
    yield sample(
        "too long",
        "parquet: an abstract of a million characters",
        file,
        long,
        Lost("more than 200000 is no abstract", 2),
    )
    bomb = parquet_file({"title": ["gull " * 20_000_000], "abstract": [""]}, compression="zstd")
    yield sample(
        "bomb",
        "parquet: a title of 100 million characters that packs well",
        file,
        bomb,
        Lost("row group 1 unpacks to more than 250 times its size", 1),
        kept=(),
        heavy=True,
    )
