"""Lines of N-Triples and N-Quads. What is said about an edge is filled into patterns, which saves most of the time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kg.exporters.rdf_describe import Describer, EvidenceTerms, Options, RelationTerms, Section
from kg.exporters.rdf_terms import Terms

__all__ = ["LineDescriber", "lines_of"]

_IN_ORDER = 10  # pieces of evidence whose numbers are sorted as texts as they are as numbers
_IRI = "\ue000"
_MARKS = tuple(map(chr, range(0xE001, 0xE00B)))
"""Stand for values while a pattern is made; characters for private use, which no term of a vocabulary has."""

_Pattern = tuple[str, tuple[int, ...]]
"""A text for the operator %, and which of the values stand where."""


def lines_of(section: Section) -> list[str]:
    """The lines of a section, sorted, each once."""
    lines = []
    for subject, said, graph in section:
        end = f" {graph} .\n" if graph else " .\n"
        lines += [f"{subject} {predicate} {thing}{end}" for predicate, thing in said]
    lines.sort()
    return list(dict.fromkeys(lines))


def _pattern(section: Section) -> _Pattern:
    """The pattern of a section with marks in it: its lines in their order, which is that of subjects and predicates."""
    text = "".join(lines_of(section)).replace("%", "%%")
    marks = (_IRI, *_MARKS)
    order = tuple(marks.index(character) for character in text if character in marks)
    for mark in marks:
        text = text.replace(mark, "%s")
    return text, order


class LineDescriber(Describer):
    """As ``Describer``, but what is said about an edge comes as lines."""

    def __init__(self, terms: Terms, options: Options, statements: str) -> None:
        super().__init__(terms, options, statements)
        self._edge_pattern = lru_cache(maxsize=1024)(self._make_edge_pattern)
        self._plain = _pattern(self.evidence.statements(_IRI, EvidenceTerms._make((*_MARKS[:-1], None))))
        self._with_attributes = _pattern(self.evidence.statements(_IRI, EvidenceTerms._make(_MARKS)))

    def _make_edge_pattern(self, label: str, count: int, keys: tuple[str, ...]) -> _Pattern:
        subject, target, confidence, *values = _MARKS
        how = self.relation_terms(label)
        said = self.statement(how, _IRI, subject, target, confidence, count)
        said += [(how.properties[key], value) for key, value in zip(keys, values[: len(keys)], strict=True)]
        return _pattern([(self.terms.iri(_IRI), said, None)])

    def edge_section(
        self, relation: Mapping[str, Any], how: RelationTerms, edge: str, subject: Any, target: Any
    ) -> Section | str:
        """All that is said about an edge and its evidence."""
        pieces, given = relation["evidence"], relation["properties"]
        if len(pieces) > _IN_ORDER:
            return super().edge_section(relation, how, edge, subject, target)
        source = relation["source"]
        parts = [self._piece(piece, f"{edge}-{n}", how.own_object, target, source) for n, piece in enumerate(pieces)]
        if self.full:
            pattern, order = self._edge_pattern(relation["type"], len(pieces), tuple(given))
            values = [edge, subject, target, self.double(relation["confidence"])]
            values += [self.value(key, value) for key, value in given.items()]
            parts.append(pattern % tuple([values[index] for index in order]))
        return "".join(parts)

    def _piece(self, piece: Mapping[str, Any], iri: str, asserted: Any, body: Any, paper: str) -> str:
        pattern, order = self._with_attributes if piece["attributes"] else self._plain
        values = (iri, *self.evidence.values(piece, asserted, body, paper))
        return pattern % tuple([values[index] for index in order])
