"""Hostile JSON, in each of the formats that are JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.hostile.formats import ABSTRACT, AFTER, BEFORE, BOTH, FORMATS, JSON_FORMATS, Format
from tests.hostile.sample import Lost, Sample, sample, second

__all__ = ["samples"]

DEEP = "[" * 100_000 + "]" * 100_000
# Text in the title's place, and what it is called. What is no text is no title.
NO_TITLES = {
    "null": "null",
    "an empty list": "[]",
    "a list of objects": '[{"x": 1}]',
    "an object": '{"x": 1}',
    "a truth value": "true",
    "NaN": "NaN",
    "infinity, as 1e999": "1e999",
    "an empty text": '""',
    "white space": '" \\t\\n\\u00a0\\u2003"',
    "invisible characters": '"\\u200b\\u202e\\u2066\\ufeff\\u0000\\u0007"',
}
# Values of other fields that are of the wrong kind cost the value, not the paper.
ODD = ("null", "true", "17", '"text"', "[]", "[null, 1, [], {}]", "{}", "NaN", "-1e999")
FIELDS = {
    "jsonl": ("authors", "date", "keywords", "links", "upvotes", "venue"),
    "json": ("authors", "date", "keywords", "links", "upvotes", "venue"),
    "arxiv-jsonl": ("authors_parsed", "versions", "categories", "comments", "journal-ref", "update_date"),
    "openalex": ("authorships", "publication_date", "primary_location", "locations", "topics", "ids", "concepts"),
    "semantic-scholar": ("authors", "externalIds", "venue", "publicationVenue", "fieldsOfStudy", "publicationDate"),
    "crossref": ("author", "issued", "container-title", "event", "relation", "updated-by", "subject"),
    "csl": ("author", "issued", "container-title", "keyword", "note", "categories", "PMID"),
    "hf-daily": ("publishedAt", "organization", "submittedBy"),
}


def samples() -> Iterator[Sample]:
    """All of them."""
    for form in JSON_FORMATS:
        yield from _titles(form)
        yield from _records(form)
        yield from _values(form)
    yield from _texts()
    yield from _arrays()
    yield from _openalex()


def _titles(form: Format) -> Iterator[Sample]:
    for what, text in NO_TITLES.items():
        yield second(form, "no title", f"{what} for a title", form.record(text), "title")
    without = form.good("x").replace('"title"', '"heading"')
    yield second(form, "no title", "no title at all", without, "title")
    yield second(form, "odd values", "a number for a title", form.record("1984"), kept=(*BOTH, "1984"))
    longest = form.good("Gulls " * 400)
    yield second(form, "too long", "a title of 2,399 characters", longest, "more than 2000 is no title")
    half = form.record('"Half \\ud800 a pair"')
    yield second(form, "wrong encoding", "half a surrogate pair, escaped", half, kept=(*BOTH, "Half \ufffd a pair"))
    stray = form.record('"A byte \\udcff escaped"')
    what = "an escape that stands for no character"
    if form.name in ("jsonl", "json"):
        yield second(form, "wrong encoding", what, stray, "not UTF-8")
    else:
        yield second(form, "wrong encoding", what, stray, kept=(*BOTH, "A byte \ufffd escaped"))


def _records(form: Format) -> Iterator[Sample]:
    good = form.good("Broken")
    yield second(form, "broken", "a record without its closing brace", good[:-1], "not JSON")
    yield second(form, "broken", "a record with a bare word", good.replace('"title"', "title", 1), "not JSON")
    yield second(form, "broken", "a control character within a text", form.record('"A\x07B"'), "not JSON")
    yield second(form, "wrong encoding", "bytes that are not UTF-8", form.record('"Caf\udce9 gulls"'), "not UTF-8")
    yield second(form, "wrong encoding", "a surrogate as bytes", form.record('"\udced\udca0\udc80"'), "not UTF-8")
    yield second(form, "wrong encoding", "a NUL byte", form.record('"A\0B"'), "not JSON")
    yield second(form, "nesting", "100,000 brackets", _with(good, DEEP), "nested too deeply")
    yield second(form, "nesting", "100,000 brackets never closed", _with(good, "[" * 100_000), "nested too deeply")
    yield second(form, "odd values", "a number of 5,000 digits", _with(good, "9" * 5000), "number is too long")
    for what, value in (("a number", "17"), ("null", "null"), ("a text", '"gull"'), ("a list", "[]")):
        yield second(form, "no record", f"{what} for a record", value, "not a JSON object")
    yield second(form, "no record", "an empty record", "{}", "title")


def _with(record: str, value: str) -> str:
    """The record with one more key."""
    return record[:-1] + f', "more": {value}}}'


def _values(form: Format) -> Iterator[Sample]:
    for field in FIELDS[form.name]:
        bad = [
            _with(form.good(f"Odd {number}"), value).replace('"more"', f'"{field}"') for number, value in enumerate(ODD)
        ]
        kept = tuple(f"Odd {number}" for number in range(len(ODD)))
        yield sample(
            "odd values", f"{form.name}: {field} of the wrong kind", form.file, form.around(*bad), kept=(*BOTH, *kept)
        )
    if form.name == "openalex":
        return
    long = form.good("Endless").replace(ABSTRACT, "gull " * 200_000)
    yield second(form, "too long", "an abstract of a million characters", long, "more than 200000 is no abstract")


def _texts() -> Iterator[Sample]:
    """What a title or an abstract may hold: it is kept, cleaned."""
    form = FORMATS["jsonl"]
    titles = {
        "a right-to-left override": ("Gulls \u202egnp.exe", "Gulls gnp.exe"),
        "zero-width spaces": ("Gu\u200blls and t\u2060erns", "Gulls and terns"),
        "a script": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        "a formula of a spreadsheet": ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        "escape sequences of a terminal": ("\x1b[31mRed\x1b]0;x\x07 gulls", "[31mRed]0;x gulls"),
        "a thousand marks on one letter": ("Gull e" + "\u0316" * 1000, "Gull e" + "\u0316" * 30),
        "line ends": ("Gulls\r\nand\u2028terns", "Gulls and terns"),
        "a noncharacter": ("Gulls\ufffe and terns", "Gulls and terns"),
        "words of SQL and Cypher": ("'); DROP TABLE papers; MATCH (n) DETACH DELETE n //",) * 2,
    }
    for what, (title, kept) in titles.items():
        yield second(form, "hostile text", f"{what} in a title", form.good(title), kept=(*BOTH, kept))
    abstracts = {
        "HTML and a script": "<p onclick='x()'>Gulls</p><script>alert(document.cookie)</script>",
        "a right-to-left override": "Gulls \u202e and \u2066terns\u2069",
        "nothing but signs": "((((((((" * 1000,
        "one word of 200,000 letters": "a" * 200_000,
    }
    for what, text in abstracts.items():
        record = json.dumps({"title": "Odd abstract", "abstract": text})
        yield second(form, "hostile text", f"{what} for an abstract", record, kept=(*BOTH, "Odd abstract"))
    for value in ("true", "[[1]]", '{"x": 1}'):
        bad = f'{{"title": "Odd abstract", "abstract": {value}}}'
        yield second(form, "odd values", f"{value} for an abstract", bad, "abstract is a")


def _arrays() -> Iterator[Sample]:
    """Of the JSON text as a whole."""
    form = FORMATS["json"]
    lines = FORMATS["jsonl"]
    one = form.good(BEFORE)
    ends = "ends within"
    yield sample(
        "truncated", "json: cut within a record", form.file, f"[{one},{one[:40]}", Lost(ends, 2), kept=(BEFORE,)
    )
    yield sample("truncated", "json: cut between records", form.file, f"[{one},", Lost(ends, 2), kept=(BEFORE,))
    yield sample("truncated", "json: an array without its end", form.file, f"[{one}", Lost(ends, 2), kept=(BEFORE,))
    held = f'{{"papers": [{one}], "next": "ab'
    yield sample("truncated", "json: an object cut after its records", form.file, held, Lost(ends, 2), kept=(BEFORE,))
    yield sample(
        "broken",
        "json: an object where a key is missing",
        form.file,
        f'{{"papers": [{one}], 5: 1}}',
        Lost("a key and a colon", 2),
        kept=(BEFORE,),
    )
    yield sample(
        "broken",
        "json: something after the array",
        form.file,
        f"[{one}] gull",
        Lost("starts with [ or {", 2),
        kept=(BEFORE,),
    )
    cut = lines.whole(lines.good(BEFORE), lines.good("Cut")[:-30])
    yield sample("truncated", "jsonl: cut within the last line", lines.file, cut, Lost("not JSON", 2), kept=(BEFORE,))
    joined = lines.good(BEFORE) + lines.good("Joined") + "\n" + lines.good(AFTER) + "\n"
    yield sample(
        "broken", "jsonl: two records on one line", lines.file, joined, Lost("not JSON: Extra data", 1), kept=(AFTER,)
    )
    twice = lines.around('{"title": "No", "title": "Stated twice", "abstract": "Gulls."}')
    yield sample("duplicates", "jsonl: a key that a record has twice", lines.file, twice, kept=(*BOTH, "Stated twice"))
    blank = "\n\n  \n".join((lines.good(BEFORE), lines.good(AFTER))) + "\n\n\n"
    yield sample("white space", "jsonl: empty lines between records", lines.file, blank)
    same = lines.around(lines.good(BEFORE), lines.good(BEFORE))
    yield sample("duplicates", "jsonl: one record three times", lines.file, same, merged=2)
    conflicting = lines.whole(
        *(
            json.dumps({"title": title, "doi": "10.1234/gull", "year": year, "abstract": "Gulls."})
            for title, year in (("One title", 2020), ("Another title", 2021))
        )
    )
    yield sample(
        "duplicates",
        "jsonl: two papers with one DOI",
        lines.file,
        conflicting,
        kept=("One title", "Another title"),
        merged=1,
    )
    own = lines.whole(*(json.dumps({"id": "7", "title": title, "abstract": "Gulls."}) for title in BOTH))
    yield sample("duplicates", "jsonl: two titles with one id", lines.file, own)


def _openalex() -> Iterator[Sample]:
    """Abstracts as inverted indexes."""
    form = FORMATS["openalex"]
    indexes = {
        "a negative place": '{"gulls": [-1], "fly": [0]}',
        "a place of a million millions": '{"gulls": [0], "fly": [1000000000000]}',
        "the same place twice": '{"gulls": [0], "fly": [0]}',
        "places that are no numbers": '{"gulls": [null, "0", 1.5, true, []], "fly": 3}',
        "no places": '{"gulls": []}',
        "a list": "[1, 2]",
        "a text": '"gulls fly"',
        "a place of 1,000 digits": '{"gulls": [' + "9" * 1000 + "]}",
    }
    for what, index in indexes.items():
        text = json.dumps({"title": "Odd index", "abstract_inverted_index": 0}).replace("0", index)
        yield second(form, "odd values", f"an index with {what}", text, kept=(*BOTH, "Odd index"))
    flood = json.dumps({"title": "Endless", "abstract_inverted_index": {"gulls": list(range(300_000))}})
    yield second(form, "too long", "an index of 300,000 places", flood, "more than 200000 is no abstract")
    broken = json.dumps({"title": "Broken", "abstract_inverted_index": '{"gulls": [0'})
    yield second(form, "broken", "an index in a text that is no JSON", broken, "inverted index")
