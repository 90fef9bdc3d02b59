"""Which media type a client gets, by its Accept header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["GRAPHS", "ROWS", "choose", "short_name"]

JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
ROWS: dict[str, str] = {
    JSON: JSON,
    XML: XML,
    CSV: CSV,
    TSV: TSV,
    "application/json": JSON,
    "application/xml": XML,
    "text/xml": XML,
}
"""For SELECT and ASK: what clients ask for, and the media type they get; the first is the default."""
TURTLE, NTRIPLES, JSON_LD, RDF_XML = (
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
)
GRAPHS: dict[str, str] = {
    TURTLE: TURTLE,
    NTRIPLES: NTRIPLES,
    JSON_LD: JSON_LD,
    RDF_XML: RDF_XML,
    "application/turtle": TURTLE,
    "application/x-turtle": TURTLE,
    "text/plain": NTRIPLES,
    "application/json": JSON_LD,
    "application/xml": RDF_XML,
    "text/xml": RDF_XML,
}
"""The same for CONSTRUCT, DESCRIBE and descriptions of entities."""
_SHORT = {
    **{JSON: "json", XML: "xml", CSV: "csv", TSV: "tsv"},
    **{TURTLE: "ttl", NTRIPLES: "nt", JSON_LD: "jsonld", RDF_XML: "rdf"},
}


def short_name(media_type: str) -> str:
    """The file suffix of a media type, without its dot."""
    return _SHORT[media_type]


def _parsed(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                quality = _number(value)
        if name:
            yield name.lower(), quality


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def choose(accept: str | None, offered: Mapping[str, str]) -> str | None:
    """The media type of ``offered`` that an Accept header likes best; among equals the one that is offered first.

    Returns:
        None if it accepts none of them.

    >>> choose("text/html;q=0.9, application/rdf+xml;q=0.5, */*;q=0.1", GRAPHS)
    'application/rdf+xml'
    """
    wanted = dict(_parsed(accept or "*/*")) or {"*/*": 1.0}

    def quality(name: str) -> float:
        for pattern in (name, name.partition("/")[0] + "/*", "*/*"):
            if pattern in wanted:
                return wanted[pattern]
        return 0.0

    best = max(offered, key=quality)  # the first of equals
    return offered[best] if quality(best) > 0 else None
