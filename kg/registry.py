"""A lazy registry: a name maps to ``module:attribute`` and is imported when asked for. Entry points add to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from kg.errors import UsageError

__all__ = ["EXPORTERS", "READERS", "Registry"]

T = TypeVar("T")


class Registry(Generic[T]):
    """Names to objects, imported on first use.

    Args:
        what: What the objects are, for messages ("format", "exporter").
        builtin: Name to ``module:attribute``.
        group: Entry point group through which other packages add theirs.
    """

    def __init__(self, what: str, builtin: Mapping[str, str], group: str) -> None:
        self.what = what
        self.group = group
        self._targets = dict(builtin)
        self._loaded: dict[str, T] = {}
        self._scanned = False

    def _scan(self) -> None:
        if self._scanned:
            return
        for point in entry_points(group=self.group):
            known = self._targets.get(point.name)
            if known not in (None, point.value):
                raise UsageError(f"two {self.what}s are called {point.name!r}: {known} and {point.value}")
            self._targets[point.name] = point.value
        self._scanned = True

    def names(self) -> list[str]:
        """All registered names, sorted."""
        self._scan()
        return sorted(self._targets)

    def get(self, name: str) -> T:
        """The object of that name.

        Raises:
            UsageError: if the name is unknown (the message lists the known ones), or what is registered under it
                cannot be imported.
        """
        if name not in self._loaded:
            self._scan()
            if name not in self._targets:
                raise UsageError(f"unknown {self.what} {name!r}; known: {', '.join(self.names())}")
            module, _, attribute = self._targets[name].partition(":")
            try:
                loaded: Any = getattr(import_module(module), attribute)
            except (ImportError, AttributeError) as error:
                raise UsageError(f"cannot load the {self.what} {name!r} ({self._targets[name]}): {error}") from error
            self._loaded[name] = loaded
        return self._loaded[name]

    def __iter__(self) -> Iterator[T]:
        return (self.get(name) for name in self.names())


READERS: Registry[Any] = Registry(
    "format",
    {
        "acl": "kg.readers.acl:READER",
        "arxiv-atom": "kg.readers.arxiv:ATOM",
        "arxiv-jsonl": "kg.readers.arxiv:JSONL",
        "arxiv-oai": "kg.readers.arxiv:OAI",
        "bibtex": "kg.readers.bibtex:READER",
        "crossref": "kg.readers.crossref:READER",
        "csl": "kg.readers.csl:READER",
        "csv": "kg.readers.table:CSV",
        "front-matter": "kg.readers.front_matter:READER",
        "hf-daily": "kg.readers.hf_daily:READER",
        "hf-papers": "kg.readers.hf_papers:READER",
        "json": "kg.readers.json_records:JSON",
        "jsonl": "kg.readers.json_records:JSONL",
        "openalex": "kg.readers.openalex:READER",
        "parquet": "kg.readers.parquet:READER",
        "pubmed": "kg.readers.pubmed:READER",
        "ris": "kg.readers.ris:READER",
        "semantic-scholar": "kg.readers.semantic_scholar:READER",
        "tsv": "kg.readers.table:TSV",
    },
    "kg.readers",
)

EXPORTERS: Registry[Any] = Registry(
    "exporter",
    {"jsonl": "kg.exporters.jsonl:EXPORTER", "rdf": "kg.exporters.rdf:EXPORTER"},
    "kg.exporters",
)
