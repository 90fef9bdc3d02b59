"""Texts with their mentions marked: on a terminal, and as a page. Whatever a paper says is shown, never obeyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from kg.console import printable
from kg.model import Extraction, Mention, Paper
from kg.schema import EXTRACTED_TYPES

__all__ = ["html_page", "marked_text"]

_ANSI = {"Method": 34, "Dataset": 32, "Hardware": 31, "Task": 36, "Metric": 35, "Repository": 33}
_COLOURS = {
    "Method": "#cfe2ff",
    "Dataset": "#d1f0d8",
    "Hardware": "#ffd6d1",
    "Task": "#d5f2f5",
    "Metric": "#ecd9fb",
    "Repository": "#fff0c2",
}
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.65 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: #1d2129;
background: #fff; } h1 { font-size: 1.35rem; } article { border-top: 1px solid #d8dce2; padding: 1rem 0; } article h2 {
font-size: 1.1rem; margin: 0 0 .4rem; } p { margin: .3rem 0; } mark { color: inherit; border-radius: .25rem; padding:
.05rem .2rem; cursor: help; } mark[data-named="false"] { background: none !important; border-bottom: 2px solid;
border-radius: 0; padding: 0; } .legend mark { margin-right: .6rem; cursor: default; } .none, .hint { color: #5b6472;
font-size: .9rem; }
"""


def _pieces(text: str, mentions: Iterable[Mention]) -> Iterator[tuple[str, Mention | None]]:
    """The text cut at its mentions, in order."""
    at = 0
    for mention in sorted(mentions, key=lambda m: m.start):
        if mention.start < at:
            continue
        if mention.start > at:
            yield text[at : mention.start], None
        yield text[mention.start : mention.end], mention
        at = mention.end
    if at < len(text):
        yield text[at:], None


def _by_field(paper: Paper, extraction: Extraction) -> Iterator[tuple[str, str, list[Mention]]]:
    for field, text in (("title", paper.title), ("abstract", paper.abstract)):
        if text:
            yield field, text, [m for m in extraction.mentions if m.field == field]


def _details(mention: Mention) -> str:
    extra = ", ".join(
        f"{key} {value}" for key, value in sorted(mention.attributes.items()) if key not in ("name", "url")
    )
    return f"{mention.type}, {mention.role}" + (f", {extra}" if extra else "")


def marked_text(paper: Paper, extraction: Extraction, *, colour: bool) -> str:
    """Title and abstract with the mentions coloured, or in brackets without colour, and a table of the entities."""
    blocks = []
    for field, text, mentions in _by_field(paper, extraction):
        shown = "".join(
            printable(piece) if mention is None else _marked(printable(piece), mention, colour)
            for piece, mention in _pieces(text, mentions)
        )
        blocks.append(f"\x1b[1m{shown}\x1b[0m" if colour and field == "title" else shown)
    blocks.append(_entity_table(extraction, colour))
    return "\n".join(blocks)


def _marked(text: str, mention: Mention, colour: bool) -> str:
    if not colour:
        return f"[{text}|{mention.type}]"
    code = _ANSI.get(mention.type, 37)
    return f"\x1b[{code};7m{text}\x1b[27;39m" if mention.named else f"\x1b[{code};4m{text}\x1b[24;39m"


def _entity_table(extraction: Extraction, colour: bool) -> str:
    rows: dict[str, tuple[str, str, str, float]] = {}
    for mention in extraction.mentions:
        known = rows.get(mention.entity)
        if known is None or mention.confidence > known[3]:
            details = printable(_details(mention))
            rows[mention.entity] = (printable(mention.name), mention.type, details, mention.confidence)
    if not rows:
        return "  (no mentions found)"
    width = min(48, max(len(name) for name, *_ in rows.values()))
    detail_width = min(60, max(len(details) for _, _, details, _ in rows.values()))
    order = {label: number for number, label in enumerate(EXTRACTED_TYPES)}
    lines = []
    for entity, (name, kind, details, confidence) in sorted(rows.items(), key=lambda r: (order.get(r[1][1], 99), r[0])):
        label = f"\x1b[{_ANSI.get(kind, 37)}m{name:<{width}}\x1b[39m" if colour else f"{name:<{width}}"
        lines.append(f"  {label}  {details:<{detail_width}}  {confidence:.2f}  {printable(entity)}")
    return "\n".join(lines)


def _mark(text: str, mention: Mention) -> str:
    about = f"{mention.name} · {_details(mention)} · confidence {mention.confidence:.2f} · {mention.entity}"
    colour = _COLOURS.get(mention.type, "#eeeeee")
    return (
        f'<mark data-named="{str(mention.named).lower()}" style="background:{colour};border-color:{colour}" '
        f'title="{escape(about)}">{escape(text)}</mark>'
    )


def html_page(items: Iterable[tuple[Paper, Extraction]]) -> Iterator[str]:
    """A self-contained page, piece by piece: no script, no outside resource, everything from papers escaped."""
    legend = "".join(f'<mark style="background:{colour}">{label}</mark>' for label, colour in _COLOURS.items())
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Mentions in papers</title><style>{_STYLE}</style></head><body>\n"
        f'<h1>Mentions in papers</h1>\n<p class="legend">{legend}</p>\n'
        '<p class="hint">Proper names are filled, common nouns underlined. '
        "Point at a mention for its entity, role and confidence.</p>\n"
    )
    for paper, extraction in items:
        yield "<article>\n"
        for field, text, mentions in _by_field(paper, extraction):
            tag = "h2" if field == "title" else "p"
            body = "".join(escape(t) if m is None else _mark(t, m) for t, m in _pieces(text, mentions))
            yield f'<{tag} dir="auto">{body}</{tag}>\n'
        if not extraction.mentions:
            yield '<p class="none">No mentions found.</p>\n'
        yield "</article>\n"
    yield "</body></html>\n"
