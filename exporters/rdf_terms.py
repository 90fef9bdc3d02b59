"""Names in RDF: namespaces, the IRIs of papers and entities, and how terms are written in N-Triples and Turtle."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote

from kg.errors import UsageError
from kg.ids import digest
from kg.schema import NODE_TYPES

__all__ = [
    "DEFAULT_BASE",
    "NAMESPACES",
    "OWN",
    "REGISTERS",
    "Minter",
    "NTriples",
    "Terms",
    "Turtle",
    "check_base",
    "doi_iri",
    "expand",
    "is_plain_url",
    "is_registered",
    "json_text",
    "own_property",
    "own_relation",
]

DEFAULT_BASE = "http://127.0.0.1:8000/"
"""Where ``kg serve`` answers unless told otherwise."""
OWN = "https://w3id.org/paper-kg#"
NAMESPACES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "codemeta": "https://codemeta.github.io/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "fair4ml": "https://w3id.org/fair4ml#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "it6": "http://data.europa.eu/it6/",
    "kg": OWN,
    "lpwc": "https://linkedpaperswithcode.com/class/",
    "lpwc-p": "https://linkedpaperswithcode.com/property/",
    "mls": "http://www.w3.org/ns/mls#",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
REGISTERS = {"orcid": "https://orcid.org/", "ror": "https://ror.org/"}
"""Properties whose value is an id that a register has, and what its IRI there begins with."""
_PREFIXES = frozenset(t.prefix for t in NODE_TYPES.values()) - {"paper"}
_SAFE = re.compile(r"[A-Za-z0-9_.~-]*")
_DOTS = ("", ".", "..")
_QUOTED = [chr(byte) if _SAFE.fullmatch(chr(byte)) else f"%{byte:02X}" for byte in range(256)]
"""Every byte as it stands in an IRI; ``urllib`` gives the same, and takes ten times as long."""
_DOI = re.compile(r"10\.\d{4,9}(?:/(?!\.{0,2}(?:/|\Z))[!-.0-~]+)+")
_ARXIV = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}")
_PLAIN_URL = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[1-9]\d{0,4})?"
    r"(?:/(?!\.\.?(?:/|\Z))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})*)*"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*)?"
)
_REGISTERED = re.compile(r"[0-9a-zA-Z]+(?:-[0-9a-zA-Z]+)*")
_BASE = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"{}|\\^`\x00-\x20#?]+[/]")


def expand(curie: str) -> str:
    """The IRI of a term with a prefix.

    >>> expand("dcterms:title")
    'http://purl.org/dc/terms/title'
    """
    prefix, _, local = curie.partition(":")
    return NAMESPACES[prefix] + local


def check_base(base: str) -> str:
    """The base of the IRIs, with a slash at its end.

    Raises:
        UsageError: if it is no absolute IRI without query and fragment.
    """
    whole = base if base.endswith("/") else base + "/"
    if not _BASE.fullmatch(whole) or not whole.isascii():
        raise UsageError(f"{base!r} is no base for IRIs: give an absolute one, like {DEFAULT_BASE}")
    return whole


def own_relation(label: str) -> str:
    """Our own term of a relation type.

    >>> own_relation("TRAINS_ON")
    'kg:trainsOn'
    """
    first, *rest = label.lower().split("_")
    return "kg:" + first + "".join(word.capitalize() for word in rest)


def own_property(name: str) -> str:
    """Our own term of a property.

    >>> own_property("memory_gb")
    'kg:memoryGb'
    """
    return own_relation(name)


def is_plain_url(text: str) -> bool:
    """Whether a text can be an IRI as it is, in every syntax and for every parser; all else stays a text."""
    return len(text) < 2000 and _PLAIN_URL.fullmatch(text) is not None


def is_registered(text: str) -> bool:
    """Whether a text looks like an id of one of ``REGISTERS``, and so can end an IRI."""
    return _REGISTERED.fullmatch(text) is not None


@lru_cache(maxsize=8192)
def _local(name: str) -> str:
    """A name as one segment of a path; what servers and browsers take for steps ("..") gets a mark in front."""
    escaped = name if _SAFE.fullmatch(name) else "".join(map(_QUOTED.__getitem__, name.encode()))
    return "%00" + escaped if name in _DOTS or name[0] == "\0" else escaped


class Minter:
    """The IRIs of one export: pure functions of ids, but for papers that share a DOI.

    Args:
        base: What the minted IRIs begin with.
    """

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        self.base = check_base(base)
        self._taken: set[int] = set()

    def entity(self, entity_id: str) -> str:
        """The IRI of a node that is no paper: ``BASE/method/resnet50``. Most are asked for once: no cache pays."""
        prefix, colon, rest = entity_id.partition(":")
        if colon and prefix in _PREFIXES and rest not in _DOTS:
            return f"{self.base}{prefix}/{rest if _SAFE.fullmatch(rest) else _local(rest)}"
        return f"{self.base}entity/{_local(entity_id)}"

    def paper(self, entity_id: str, doi: Any = None, arxiv_id: Any = None) -> str:
        """The IRI of a paper: its DOI, else its page at arXiv, else ``BASE/paper/ID``. Ask once a paper, by id."""
        if isinstance(doi, str) and _DOI.fullmatch(doi) and self._is_free(iri := doi_iri(doi)):
            return iri
        if isinstance(arxiv_id, str) and _ARXIV.fullmatch(arxiv_id):
            iri = f"https://arxiv.org/abs/{arxiv_id}"
            if self._is_free(iri):
                return iri
        return f"{self.base}paper/{_local(entity_id)}"

    def _is_free(self, iri: str) -> bool:
        """Whether no paper before has it."""
        mark = int(digest(iri), 16)
        if mark in self._taken:
            return False
        self._taken.add(mark)
        return True

    def text(self, paper_id: str, field: str) -> str:
        """The IRI of a paper's title or abstract as a text that offsets count in."""
        return f"{self.base}text/{_local(paper_id)}-{field}"

    def edge(self, source: str, label: str, target: str) -> str:
        """The IRI of an edge; those of its evidence begin with it."""
        return f"{self.base}edge/{digest(f'{label} {len(source)} {source} {target}', 32)}"

    def run(self, fingerprint: str) -> str:
        """The IRI of the pipeline run."""
        return f"{self.base}run/{_local(fingerprint)}"


def doi_iri(doi: str) -> str:
    """The IRI of a DOI."""
    return "https://doi.org/" + quote(doi, safe="/:;()!*,@=")


class Terms(Protocol):
    """How terms are written in one syntax."""

    def term(self, curie: str) -> Any:
        """A term of a vocabulary as predicate."""

    def name(self, curie: str) -> Any:
        """A term of a vocabulary as object."""

    def iri(self, iri: str) -> Any:
        """An IRI as subject or object."""

    def text(self, text: str) -> Any:
        """A plain literal."""

    def typed(self, lexical: str, datatype: str) -> Any:
        """A literal whose lexical form needs no escape, with its datatype as a term."""


_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]


class NTriples:
    """Canonical N-Triples: one way to write each term."""

    def __init__(self) -> None:
        self.term = lru_cache(maxsize=None)(self._term)
        self.name = self.term
        self.typed = lru_cache(maxsize=8192)(self._typed)

    @staticmethod
    def _term(curie: str) -> str:
        return f"<{expand(curie)}>"

    @staticmethod
    def iri(iri: str) -> str:
        """An IRI in angle brackets."""
        return f"<{iri}>"

    @staticmethod
    def text(text: str) -> str:
        """A quoted text."""
        return f'"{_SPECIAL.sub(_escape, text)}"'

    def _typed(self, lexical: str, datatype: str) -> str:
        return f'"{lexical}"^^{self.term(datatype)}'


_PN_LOCAL = re.compile(
    r"(?:[A-Za-z0-9_]|%[0-9A-F]{2})(?:(?:[A-Za-z0-9_:.-]|%[0-9A-F]{2})*(?:[A-Za-z0-9_:-]|%[0-9A-F]{2}))?"
)


class Turtle(NTriples):
    """Turtle: declared prefixes, numbers and booleans as they are.

    Args:
        base: The base of the minted IRIs.
    """

    def __init__(self, base: str) -> None:
        super().__init__()
        self.name = lru_cache(maxsize=None)(lambda curie: curie)
        own = sorted({*_PREFIXES, "edge", "entity", "paper", "run", "text"})
        self.prefixes = {name: f"{base}{name}/" for name in own} | {"arxiv": "https://arxiv.org/abs/"} | NAMESPACES
        self._by_namespace = {namespace: prefix for prefix, namespace in self.prefixes.items()}

    @staticmethod
    def _term(curie: str) -> str:
        return "a" if curie == "rdf:type" else curie

    def iri(self, iri: str) -> str:  # type: ignore[override]
        """With a declared prefix where the syntax allows."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self._by_namespace.get(iri[:cut])
        if prefix is not None and _PN_LOCAL.fullmatch(iri, cut):
            return f"{prefix}:{iri[cut:]}"
        return f"<{iri}>"

    def _typed(self, lexical: str, datatype: str) -> str:
        if datatype == "xsd:boolean" or (datatype == "xsd:integer" and re.fullmatch(r"-?\d+", lexical)):
            return lexical
        if datatype == "xsd:double" and re.fullmatch(r"-?\d+(\.\d+)?e[+-]?\d+", lexical):
            return lexical
        return f'"{lexical}"^^{datatype}'

    def head(self) -> str:
        """The declarations."""
        return "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in sorted(self.prefixes.items())) + "\n"


def json_text(value: Any) -> str:
    """JSON in one line with sorted keys, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
