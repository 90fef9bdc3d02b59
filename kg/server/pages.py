"""The HTML of the server: an entity and what is said about it, the endpoint with a form. No script; all escaped."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from kg.exporters.rdf_terms import NAMESPACES
from kg.sparql.engine import short_iri

__all__ = ["endpoint_page", "entity_page", "home_page"]

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2129;"
    "background:#fff}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}dt{color:#5b6472;margin-top:.6rem}"
    "dd{margin:0 0 0 1rem;overflow-wrap:anywhere}textarea{width:100%;font:14px/1.4 monospace}"
    ".iri,footer{color:#5b6472;font-size:.9rem}"
)
_EXAMPLE = """SELECT ?dataset (COUNT(DISTINCT ?paper) AS ?papers) {
  ?paper kg:evaluatesOn/skos:prefLabel ?dataset
}
GROUP BY ?dataset ORDER BY DESC(?papers) ?dataset LIMIT 20"""
# Said of evidence and reified edges; on a page about an entity it would only repeat the edges.
_BEHIND = {NAMESPACES["oa"] + "hasBody", NAMESPACES["rdf"] + "object", NAMESPACES["rdf"] + "subject"}


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


class _Links:
    """Links relative to a page, so that they also work where a proxy puts the server elsewhere."""

    def __init__(self, base: str, root: str, names: dict[str, str]) -> None:
        self._base, self._root, self._names = base, root, names

    def to(self, iri: str) -> str:
        """A link to the page of a node; to the outside too where it is one."""
        name = escape(self._names.get(iri) or short_iri(iri))
        if iri.startswith(self._base):
            return f'<a href="{escape(self._root + iri[len(self._base) :])}">{name}</a>'
        here = f"{self._root}resource?iri={quote(iri, safe='')}"
        outside = f' <a href="{escape(iri)}" rel="nofollow">↗</a>' if iri.startswith(("http://", "https://")) else ""
        return f'<a href="{escape(here)}">{name}</a>{outside}'


def entity_page(iri: str, found: bytes, base: str, root: str, data: Iterable[tuple[str, str]]) -> str:
    """The page about a node.

    Args:
        iri: The node.
        found: What the engine found (JSON rows of a ``Description``).
        base: What minted IRIs begin with.
        root: Relative path from the page to the root of the server.
        data: Names and addresses of the same in RDF.
    """
    content = json.loads(found)
    names: dict[str, str] = content["names"]
    links = _Links(base, root, names)
    out: dict[str, list[str]] = defaultdict(list)
    back: dict[str, list[str]] = defaultdict(list)
    for subject, predicate, thing, is_node in content["rows"]:
        if subject == iri:
            out[predicate].append(links.to(thing) if is_node else escape(thing))
        elif predicate not in _BEHIND:
            back[predicate].append(links.to(subject))
    title = names.get(iri) or short_iri(iri)
    formats = ", ".join(f'<a href="{escape(address)}">{escape(name)}</a>' for name, address in data)
    parts = [f'<h1 dir="auto">{escape(title)}</h1>\n<p class="iri">{escape(iri)}</p>', _terms(out)]
    if back:
        parts += ["<h2>Said elsewhere</h2>", _terms(back)]
    parts.append(f'<footer><p>Data: {formats}. <a href="{root or "./"}">All of the graph</a></p></footer>')
    return _page(title, "\n".join(parts))


def _terms(said: dict[str, list[str]]) -> str:
    lines = []
    for predicate in sorted(said, key=short_iri):
        lines.append(f'<dt title="{escape(predicate)}">{escape(short_iri(predicate))}</dt>')
        lines += [f'<dd dir="auto">{thing}</dd>' for thing in said[predicate]]
    return "<dl>" + "".join(lines) + "</dl>"


def _form() -> str:
    return (
        '<form action="sparql" method="get"><p><label for="query">Query</label></p>'
        f'<textarea id="query" name="query" rows="8">{escape(_EXAMPLE)}</textarea><p><button>Ask</button></p></form>'
    )


def endpoint_page() -> str:
    """The endpoint, for people."""
    return _page(
        "SPARQL endpoint",
        "<h1>SPARQL endpoint</h1>\n<p>SPARQL 1.1 queries by GET or POST; the graph is only read. "
        "Answers as JSON, XML, CSV, TSV, Turtle, N-Triples, JSON-LD or RDF/XML, by the Accept header.</p>" + _form(),
    )


def home_page(counts: dict[str, int]) -> str:
    """The root of the server."""
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{number:,}</dd>" for label, number in counts.items())
    return _page(
        "Knowledge graph of research papers",
        f"<h1>Knowledge graph of research papers</h1>\n<dl>{rows}</dl>\n"
        '<p><a href="sparql">SPARQL endpoint</a> · <a href=".well-known/void">VoID description</a></p>' + _form(),
    )
