"""Several records of one paper to one paper: by DOI, by arXiv id, else by normalised title.

``merge_papers`` is commutative, associative and idempotent, and ``merge_keys`` says which records belong together
(union of groups: a record that shares a key with two groups makes them one). Together they give the same papers
whatever the order of the records. Take the keys of the records, not of the merged paper: of two DOIs of one paper the
merged one keeps the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from kg.ids import arxiv_id_of, paper_id, title_key
from kg.model import Paper, Source

__all__ = ["distinct_papers", "merge_keys", "merge_papers"]

T = TypeVar("T")

_ARXIV_DOI = "10.48550/arxiv."
# Titles that many papers share: they join records only where there is nothing better.
_COMMON_TITLES = frozenset(
    {
        "editorial",
        "foreword",
        "preface",
        "introduction",
        "conclusion",
        "conclusions",
        "discussion",
        "erratum",
        "corrigendum",
        "correction",
        "retraction",
        "retracted",
        "untitled",
        "invitedtalk",
        "keynote",
        "tableofcontents",
        "guesteditorial",
        "frontmatter",
        "bookreview",
        "bookreviews",
    }
)


def merge_keys(paper: Paper) -> list[str]:
    """What this record can be recognised by; two records that share a key are one paper.

    Never empty: a record without DOI and arXiv id has its title, one without a title its id.
    """
    arxiv = [paper.arxiv_id] if paper.arxiv_id else []
    doi = paper.doi.lower() if paper.doi else None
    if doi and doi.startswith(_ARXIV_DOI):  # arXiv's own DOI for the preprint
        arxiv.extend(found for found in [arxiv_id_of(doi.removeprefix(_ARXIV_DOI))] if found)
        doi = None if arxiv else doi
    keys = [f"arxiv:{found}" for found in sorted(set(arxiv))]
    if doi:
        keys.append(f"doi:{doi}")
    title = title_key(paper.title) or f"of {paper.id}"
    if not keys or title not in _COMMON_TITLES:
        keys.append(f"title:{title}")
    return keys


def merge_papers(a: Paper, b: Paper) -> Paper:
    """One paper of two records of it, with what each of them adds.

    Text and author list: the longest; date: the most precise, then the earliest; counts: the largest; lists: the
    union; id: arXiv before DOI before the records' own before title digest.
    """
    return Paper(
        id=min(a.id, b.id, key=_id_rank),
        title=_longest(a.title, b.title),
        abstract=_longest(a.abstract, b.abstract),
        date=_best_date(a.date, b.date),
        authors=max(a.authors, b.authors, key=lambda names: (len(names), names)),
        author_count=max((n for n in (a.author_count, b.author_count) if n is not None), default=None),
        organizations=_union(a.organizations, b.organizations),
        venue=_longest(a.venue or "", b.venue or "") or None,
        doi=min((doi for doi in (a.doi, b.doi) if doi), default=None),
        arxiv_id=min((found for found in (a.arxiv_id, b.arxiv_id) if found), default=None),
        links=_union(a.links, b.links),
        keywords=_union(a.keywords, b.keywords),
        upvotes=max((n for n in (a.upvotes, b.upvotes) if n is not None), default=None),
        sources=_union(a.sources, b.sources),
    )


def _id_rank(identifier: str) -> tuple[int, str]:
    for rank, prefix in enumerate(("arxiv:", "doi:")):
        if identifier.startswith(prefix):
            return rank, identifier
    return 3 if identifier.startswith("title:") else 2, identifier


def _longest(a: str, b: str) -> str:
    return max(a, b, key=lambda text: (len(text), text))


def _best_date(a: str | None, b: str | None) -> str | None:
    return min((date for date in (a, b) if date), key=lambda date: (-len(date), date), default=None)


def _union(a: tuple[T, ...], b: tuple[T, ...]) -> tuple[T, ...]:
    """Sorted, unless both are the same: then as they are, which keeps the merge idempotent."""
    return a if a == b else tuple(sorted({*a, *b}, key=_sort_key))


def _sort_key(value: object) -> tuple[str, str, int]:
    return (value.path, value.format, value.position) if isinstance(value, Source) else (str(value), "", 0)


def distinct_papers(papers: Iterable[Paper]) -> list[Paper]:
    """The papers of all records, each once, sorted by id; for as many as fit into memory.

    The result does not depend on the order of the records. Where two different papers call themselves by one id (line
    numbers in two files), both get the id that ``kg.ids.paper_id`` makes of what they are.
    """
    records = list(papers)
    groups = _Groups(len(records))
    first: dict[str, int] = {}
    for index, paper in enumerate(records):
        for key in merge_keys(paper):
            groups.join(index, first.setdefault(key, index))
    merged: dict[int, Paper] = {}
    for index, paper in enumerate(records):
        root = groups.root(index)
        merged[root] = merge_papers(merged[root], paper) if root in merged else paper
    return sorted(_with_own_ids(list(merged.values())), key=lambda paper: paper.id)


class _Groups:
    """Union of groups, by number."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        self._parent[max(a, b)] = min(a, b)


def _with_own_ids(papers: list[Paper]) -> list[Paper]:
    holders: dict[str, int] = {}
    for paper in papers:
        holders[paper.id] = holders.get(paper.id, 0) + 1
    return [
        paper
        if holders[paper.id] == 1
        else paper.model_copy(update={"id": paper_id(paper.title, arxiv_id=paper.arxiv_id, doi=paper.doi)})
        for paper in papers
    ]
