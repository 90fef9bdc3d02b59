"""Several records of one paper to one paper, which says where each value is from and what the others say.

``merged`` is a function of the set of the records. Of each field it takes one record's value (the longest text, the
longest author list, the most precise date, the published DOI before a preprint's), of lists the union. ``provenance``
names the records that have the value; ``conflicts`` keeps the values that say something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kg.identity import family_name, is_preprint_doi, same_papers, strong_keys
from kg.ids import digest, paper_id, title_key
from kg.model import Conflict, Paper, Source
from kg.schema import NODE_TYPES

__all__ = ["conflict_texts", "distinct_papers", "guarded_id", "merged", "provenance_texts", "wanted_id"]

# Ids that say what they name; a source's own id must not look like one.
_RESERVED_ID = re.compile(rf"(?:arxiv|doi|title|{'|'.join(t.prefix for t in NODE_TYPES.values())}):")

_PREPRINT_VENUE = re.compile(r"arxiv|corr\b|[a-z]rxiv\b|ssrn|preprint|research square", re.IGNORECASE)
_LISTS = ("organizations", "links", "keywords", "identifiers")
_COUNTS = ("author_count", "upvotes")
_MOST_CONFLICTS = 50
_LONGEST_CONFLICT = 500


# Which value


def _by_length(text: str) -> tuple[int, str]:
    return -len(text), text


def _by_venue(venue: str) -> tuple[bool, int, str]:
    return _PREPRINT_VENUE.search(venue) is not None, *_by_length(venue)


def _by_doi(doi: str) -> tuple[bool, str]:
    return is_preprint_doi(doi.lower()), doi


def _by_authors(names: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return -len(names), names


_BEST: dict[str, Callable[[Any], Any]] = {
    "title": _by_length,
    "abstract": _by_length,
    "date": _by_length,  # the most precise, then the earliest
    "authors": _by_authors,
    "venue": _by_venue,
    "doi": _by_doi,
    "arxiv_id": str,
}
"""Field of which one value stands -> sort key that puts the best value first."""


def _same_text(kept: str, other: str) -> bool:
    """Whether a text is the other one, or a part of it, but for case, signs and white space."""
    return title_key(other) in title_key(kept)


def _same_date(kept: str, other: str) -> bool:
    return kept.startswith(other)


def _same_authors(kept: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the lists begin with the same family names, however far they go."""
    return all(family_name(a) == family_name(b) for a, b in zip(kept, other, strict=False))


_AGREES: dict[str, Callable[[Any, Any], bool]] = {
    "title": _same_text,
    "abstract": _same_text,
    "date": _same_date,
    "authors": _same_authors,
    "venue": _same_text,
}
"""Field -> whether a value says the same as the one that was kept; where none is given, equal values do."""


def merged(records: Iterable[Paper]) -> Paper:
    """One paper of all records of it.

    Args:
        records: One or more, in any order; repeated ones count once.
    """
    ordered = list(records)
    if len(ordered) > 1:
        distinct = {record.model_dump_json(): record for record in ordered}
        ordered = [distinct[text] for text in sorted(distinct)]
    if len(ordered) == 1:
        return ordered[0]
    merge = _Merge(ordered)
    for field in _BEST:
        merge.choose(field)
    for field in _LISTS:
        merge.unite(field)
    for field in _COUNTS:
        merge.maximise(field)
    merge.add_ids("orcids", merge.values.get("authors", ()), _same_person)
    merge.add_ids("rors", merge.values.get("organizations", ()), str.__eq__)
    return merge.paper()


class _Merge:
    """The merged paper in the making."""

    def __init__(self, records: Sequence[Paper]) -> None:
        self._records = records
        self.values: dict[str, Any] = {}
        self._provenance: dict[str, tuple[Source, ...]] = {}
        self._conflicts: list[Conflict] = []

    def paper(self) -> Paper:
        return Paper(
            id=min((record.id for record in self._records), key=_id_rank),
            sources=_sources(self._records),
            provenance=dict(sorted(self._provenance.items())),
            conflicts=tuple(self._conflicts[:_MOST_CONFLICTS]),
            **{"title": "", **self.values},
        )

    def _given(self, field: str) -> dict[Any, list[Paper]]:
        """The values of a field, with the records that have each."""
        given: dict[Any, list[Paper]] = {}
        for record in self._records:
            value = getattr(record, field)
            if value not in (None, "", ()):
                given.setdefault(value, []).append(record)
        return given

    def choose(self, field: str) -> None:
        """Take the best value, and keep those that do not agree with it."""
        given = self._given(field)
        if not given:
            return
        best = min(given, key=_BEST[field])
        agrees = _AGREES.get(field, str.__eq__)
        self.values[field] = best
        self._provenance[field] = _sources(given[best])
        for value in sorted(given):
            if value != best and not agrees(best, value):
                self._keep(field, value if isinstance(value, str) else "; ".join(value), given[value])

    def unite(self, field: str) -> None:
        """Take the values of all lists; one record's order stands where no other has anything to add."""
        given = self._given(field)
        if given:
            all_of_them = {item for items in given for item in items}
            self.values[field] = next(iter(given)) if len(given) == 1 else tuple(sorted(all_of_them))
            self._provenance[field] = _sources([record for records in given.values() for record in records])

    def maximise(self, field: str) -> None:
        """Take the largest of numbers that grow with time."""
        given = self._given(field)
        if given:
            self.values[field] = max(given)
            self._provenance[field] = _sources(given[max(given)])

    def add_ids(self, field: str, names: Sequence[str], same: Callable[[str, str], bool]) -> None:
        """Give ids to names; of several ids of one name the one that most records have."""
        votes: dict[str, dict[str, list[Paper]]] = {}
        for record in self._records:
            for name, identifier in getattr(record, field).items():
                holder = _holder(name, names, same)
                votes.setdefault(holder or name, {}).setdefault(identifier, []).append(record)
        chosen: dict[str, str] = {}
        used: list[Paper] = []
        for name in sorted(votes):
            best = min(votes[name], key=lambda identifier: (-_different(votes[name][identifier]), identifier))
            known = name in names
            if known:
                chosen[name] = best
                used += votes[name][best]
            for identifier in sorted(votes[name]):
                if identifier != best or not known:
                    self._keep(field, f"{name}: {identifier}", votes[name][identifier])
        if chosen:
            self.values[field] = chosen
            self._provenance[field] = _sources(used)

    def _keep(self, field: str, value: str, records: Sequence[Paper]) -> None:
        self._conflicts.append(Conflict(field=field, value=value, sources=_sources(records)))


def _different(records: Iterable[Paper]) -> int:
    """How many of the records differ in more than where they were read: one file read twice has no two votes."""
    return len({record.model_copy(update={"sources": ()}).model_dump_json() for record in records})


def _id_rank(identifier: str) -> tuple[int, str]:
    for rank, prefix in enumerate(("arxiv:", "doi:")):
        if identifier.startswith(prefix):
            return rank, identifier
    return 3 if identifier.startswith("title:") else 2, identifier


def _sources(records: Sequence[Paper]) -> tuple[Source, ...]:
    found = {(s.path, s.format, s.position): s for record in records for s in record.sources}
    return tuple(found[key] for key in sorted(found))


def _holder(name: str, names: Sequence[str], same: Callable[[str, str], bool]) -> str | None:
    """The one of the names that a name stands for."""
    if name in names:
        return name
    alike = [other for other in names if same(name, other)]
    return alike[0] if len(alike) == 1 else None


def _same_person(a: str, b: str) -> bool:
    """Whether two names within one paper's authors may be one person's: family name and first initial are the same."""
    return family_name(a) == family_name(b) and _initial(a) == _initial(b)


def _initial(author: str) -> str:
    given = author.partition(",")[2] if "," in author else author
    return given.strip()[:1].casefold()


# As a graph has them: formats for sources, since places in files say nothing outside of the workspace, and the same
# papers are to give the same graph wherever they stand


def provenance_texts(paper: Paper) -> tuple[str, ...]:
    """Which formats each field's value is from, as ``abstract: crossref, openalex``, by field.

    Empty where all records are of one format.
    """
    if len(_formats(paper.sources)) < 2:
        return ()
    return tuple(f"{field}: {', '.join(_formats(given))}" for field, given in sorted(paper.provenance.items()))


def conflict_texts(paper: Paper) -> tuple[str, ...]:
    """What other records say, as ``venue: Harbours [crossref, openalex]``; long values are cut."""
    return tuple(dict.fromkeys(map(_conflict_text, paper.conflicts)))


def _conflict_text(conflict: Conflict) -> str:
    value = " ".join(conflict.value.split())
    shown = value if len(value) <= _LONGEST_CONFLICT else value[: _LONGEST_CONFLICT - 1] + "…"
    return f"{conflict.field}: {shown} [{', '.join(_formats(conflict.sources))}]"


def _formats(sources: Iterable[Source]) -> list[str]:
    return sorted({source.format for source in sources})


# Ids


def wanted_id(paper: Paper) -> str:
    """The id that a paper has unless another one wants it too: its source's own, else of arXiv id, DOI or title."""
    return _plain_id(paper) if _RESERVED_ID.match(paper.id) else paper.id


def guarded_id(paper: Paper) -> str:
    """The id of a paper that wants the same id as another: of arXiv id or DOI, else of all that tells papers apart."""
    if paper.arxiv_id or paper.doi:
        return _plain_id(paper)
    said = (title_key(paper.title), paper.date, *map(family_name, paper.authors), *strong_keys(paper), paper.abstract)
    return f"title:{digest(repr(said))}"


def _plain_id(paper: Paper) -> str:
    return paper_id(paper.title, arxiv_id=paper.arxiv_id, doi=paper.doi)


def distinct_papers(papers: Iterable[Paper]) -> list[Paper]:
    """The papers of all records, each once, sorted by id; for as many as fit into memory.

    The result does not depend on the order of the records. Where two different papers have one id (line numbers in two
    files, titles like "Editorial"), both get the id that ``guarded_id`` makes of what they are.
    """
    distinct = {paper.model_dump_json(): paper for paper in papers}
    found = [merged(records) for records in same_papers(list(distinct.values()))]
    wanted = [wanted_id(paper) for paper in found]
    holders = Counter(wanted)
    ids = (name if holders[name] == 1 else guarded_id(paper) for name, paper in zip(wanted, found, strict=True))
    named = (paper.model_copy(update={"id": name}) for name, paper in zip(ids, found, strict=True))
    return sorted(named, key=lambda paper: paper.id)
