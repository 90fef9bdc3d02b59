"""Hostile XML, in each of the formats that are XML."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.formats import ABSTRACT, AFTER, BEFORE, BOTH, XML_FORMATS, Format
from tests.hostile.sample import Lost, Sample, sample

__all__ = ["samples"]

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)
REFUSED = {
    "a billion laughs": LAUGHS,
    "an entity of quadratic growth": f'<!DOCTYPE x [<!ENTITY a "{"ha" * 20_000}">]>',
    "an entity that is a file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "an entity on the network": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>',
    "an entity that is a parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    "an entity of one letter": "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "an entity that is not parsed": '<!DOCTYPE x [<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM "x.gif" NDATA n>]>',
}
# A title as it stands, and as it must come out.
TITLES = {
    "a right-to-left override": ("Gulls \u202egnp.exe", "Gulls gnp.exe"),
    "a script in CDATA": ("<![CDATA[Gulls <script>x</script>]]> here", None),
    "comments and instructions": ("Gulls <!-- not --><?php x ?>here", "Gulls here"),
    "elements nobody knows": ("<x><y z='1'>Gulls</y></x> here", "Gulls here"),
    "character references": ("Gulls &#233;&#xe9; &amp; terns", "Gulls éé & terns"),
    "an escaped formula of a spreadsheet": ("=1+1", "=1+1"),
}
NO_TITLES = {"nothing": "", "white space": " \n\t ", "an empty element": "<b/>", "invisible characters": "\u200b\u202e"}
# What ends a file, between its two good records.
FATAL = {
    "a tag that is not closed": ("broken", "<a>"),
    "an entity nobody declared": ("broken", "&gull;"),
    "a bare ampersand": ("broken", "a & b"),
    "an attribute stated twice": ("broken", "<a b='1' b='2'/>"),
    "a reference to a control character": ("broken", "&#7;"),
    "a reference to half a surrogate pair": ("wrong encoding", "&#xd800;"),
    "a NUL byte": ("wrong encoding", "\0"),
    "bytes that are not UTF-8": ("wrong encoding", "\udce9"),
    "100,000 elements in one another": ("nesting", "<a>" * 100_000 + "</a>" * 100_000),
}


def samples() -> Iterator[Sample]:
    """All of them."""
    for form in XML_FORMATS:
        yield from _documents(form)
        yield from _fatal(form)
        yield from _records(form)
    yield from _tokens()


def _documents(form: Format) -> Iterator[Sample]:
    text = form.around()
    for what, declaration in REFUSED.items():
        yield sample(
            "XML bomb",
            f"{form.name}: {what}",
            form.file,
            _declared(text, declaration),
            Lost("declares an entity", 1),
            kept=(),
        )
    remote = _declared(text, '<!DOCTYPE x PUBLIC "-//X//EN" "http://127.0.0.1:9/x.dtd">')
    yield sample("XML bomb", f"{form.name}: a DTD on the network, which is not fetched", form.file, remote)
    used = _declared(form.around(form.record("Gulls&nbsp;&eacute;")), '<!DOCTYPE x SYSTEM "file:///etc/passwd">')
    yield sample(
        "odd values",
        f"{form.name}: entities of HTML with a DTD that is not read",
        form.file,
        used,
        kept=(*BOTH, "Gulls é"),
    )
    unknown = text.replace("UTF-8", "x-gull", 1)
    yield sample(
        "wrong encoding", f"{form.name}: an encoding nobody knows", form.file, unknown, Lost("encoding", 1), kept=()
    )
    latin = text.replace("UTF-8", "ISO-8859-1", 1).replace(AFTER, "Caf\xe9 gulls").encode("latin-1")
    yield sample("wrong encoding", f"{form.name}: Latin-1, declared", form.file, latin, kept=(BEFORE, "Café gulls"))
    wide = text.replace("UTF-8", "UTF-16", 1).encode()
    yield sample(
        "wrong encoding",
        f"{form.name}: UTF-8 that is declared to be UTF-16",
        form.file,
        wide,
        Lost("encoding", 1),
        kept=(),
    )
    yield sample(
        "broken", f"{form.name}: two documents in one file", form.file, text + text, Lost("not XML", 3), kept=BOTH
    )
    for what, share in (("within its second record", 0.8), ("before its end tag", 0.985)):
        cut = text[: int(len(text) * share)]
        kept = BOTH if f"{form.good(AFTER)}\n" in cut else (BEFORE,)
        yield sample(
            "truncated",
            f"{form.name}: cut {what}",
            form.file,
            cut,
            Lost("not XML", 3 if kept == BOTH else 2),
            kept=kept,
        )


def _declared(text: str, declaration: str) -> str:
    return text.replace("?>\n", f"?>\n{declaration}\n", 1)


def _fatal(form: Format) -> Iterator[Sample]:
    for what, (kind, damage) in FATAL.items():
        text = form.around(form.record(f"Gulls {damage}"))
        yield sample(kind, f"{form.name}: {what}", form.file, text, Lost("", 2), kept=(BEFORE,))


def _tokens() -> Iterator[Sample]:
    """What the parser would have to hold in one piece."""
    long = "a" * 5_000_000
    for form, what, damage in zip(
        XML_FORMATS,
        ("tag", "attribute", "comment", "instruction"),
        (f"<{long}/>", f"<a b='{long}'/>", f"<!--{long}-->", f"<?a {long}?>"),
        strict=True,
    ):
        yield sample(
            "too long",
            f"{form.name}: 5 million letters in one {what}",
            form.file,
            form.around(form.record(damage)),
            Lost("not read on: a tag or comment", 2),
            kept=(BEFORE,),
        )

    flood = XML_FORMATS[2]
    yield sample(
        "too long",
        f"{flood.name}: a record of 250,000 elements",
        flood.file,
        flood.around(flood.record("<a/>" * 250_000)),
        Lost("a record of more than 200000 elements", 2),
    )


def _records(form: Format) -> Iterator[Sample]:
    for what, title in NO_TITLES.items():
        yield sample(
            "no title",
            f"{form.name}: {what} for a title",
            form.file,
            form.around(form.record(title)),
            Lost("no title", 2),
        )
    for what, (title, kept) in TITLES.items():
        if kept:
            yield sample(
                "hostile text",
                f"{form.name}: {what} in a title",
                form.file,
                form.around(form.record(title)),
                kept=(*BOTH, kept),
            )
    damaged = {
        "a record with 200 elements in one another": ("nesting", "<a>" * 200 + "</a>" * 200, "nested too deeply"),
        "a record of 5 million letters": ("too long", "<a>gull</a>" * 300 + "gull " * 1_000_000, "a record of more"),
        "a title of 3,000 letters": ("too long", "gull " * 600, "more than 2000 is no title"),
    }
    for what, (kind, title, reason) in damaged.items():
        yield sample(kind, f"{form.name}: {what}", form.file, form.around(form.record(title)), Lost(reason, 2))
    long = form.record("Endless").replace(ABSTRACT, "gull " * 200_000)
    yield sample(
        "too long",
        f"{form.name}: an abstract of a million characters",
        form.file,
        form.around(long),
        Lost("more than 200000 is no abstract", 2),
    )
