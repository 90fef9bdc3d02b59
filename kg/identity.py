"""Which records are records of one paper.

Two records with one DOI, arXiv id (versions fold) or id of OpenAlex, Semantic Scholar, ACL Anthology, PubMed or DBLP
are one paper. Beyond that, records of one title are one paper unless something speaks against it: years more than one
apart, different first authors, different DOIs of one kind (a preprint's DOI beside the published one is fine),
different arXiv, ACL or PubMed ids.

``same_papers`` is a function of the *set* of records, and records that share no key (``merge_keys``) do not influence
each other. So a log may hold records in clusters connected by keys and compute each cluster anew when it changes: the
outcome is the same for any order and any batches.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from kg.ids import arxiv_id_of, digest, title_key
from kg.model import Paper

__all__ = ["family_name", "is_preprint_doi", "merge_keys", "same_papers", "strong_keys"]

ARXIV_DOI = "10.48550/arxiv."
_ACL_DOI = "10.18653/v1/"
_PREPRINT_DOI = re.compile(
    r"10\.48550/|10\.1101/[\d.]+(?:v\d+)?$|10\.21203/rs\.|10\.2139/ssrn\.|10\.20944/preprints|10\.26434/|10\.22541/"
    r"|10\.3(?:1219|1234|1235|6227)/|10\.5281/zenodo\.|10\.14293/|10\.33774/"
)
_VERSION = re.compile(r"(?:[./_-]?v\d+)$")
# Identifiers that belong to one work. (Others, such as an ISBN, may be of the volume.)
_OF_ONE_WORK = frozenset(("openalex", "s2", "acl", "pmid", "pmcid", "dblp"))
# Kinds of which one work has one: two different ones are two works. OpenAlex, Semantic Scholar and DBLP may keep the
# preprint and the published paper apart.
_ONE_EACH = ("arxiv", "doi", "preprint", "acl", "pmid", "pmcid")
# Titles that many papers share: they join nothing but records that say the same throughout.
_COMMON_TITLES = frozenset(
    (
        "abstract abstracts acknowledgements acknowledgments addendum announcement announcements appendix bookreview"
        " bookreviews comment commentary conclusion conclusions contents corrigendum correction corrections discussion"
        " editorial editorialboard editorialnote editorsnote editorsintroduction erratum errata expressionofconcern"
        " foreword frontmatter guesteditorial guesteditorsintroduction inmemoriam index inthisissue introduction"
        " introductiontothespecialissue invitedtalk issueinformation keynote letter lettertotheeditor news notitle"
        " obituary organizingcommittee poster preface programcommittee reply response retracted retraction"
        " retractionnote review reviews summary tableofcontents titlepage untitled"
    ).split()
)
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "phd", "md"))
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_NOT_LETTER = re.compile(r"[\W\d_]+")
_YEARS_APART = 1
_MOST_COMPARED = 64
"""Papers of one title that are compared with one another where year or first author are unknown."""


def is_preprint_doi(doi: str) -> bool:
    """Whether a DOI (lower case) is a preprint server's or a repository's.

    >>> is_preprint_doi("10.48550/arxiv.2401.00001"), is_preprint_doi("10.1101/gr.275777.121")
    (True, False)
    """
    return _PREPRINT_DOI.match(doi) is not None


def family_name(author: str) -> str:
    """The family name of an author, without case, accents and signs; empty where there is none.

    >>> family_name("Jürgen Schmidhuber"), family_name("O'Neil, Ann"), family_name("Sammy Davis Jr.")
    ('schmidhuber', 'oneil', 'davis')
    """
    words = _words(author.partition(",")[0] if "," in author else author)
    return words[-1] if words else ""


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(char for char in text if not unicodedata.combining(char))
    words = [word for part in plain.split() if (word := _NOT_LETTER.sub("", part))]
    return [word for word in words if word not in _SUFFIXES] or words


def strong_keys(paper: Paper) -> list[str]:
    """What names this paper and no other: its arXiv id, DOI and other identifiers, as ``kind:value``."""
    keys = {f"arxiv:{paper.arxiv_id}"} if paper.arxiv_id else set()
    doi = paper.doi.lower() if paper.doi else ""
    of_arxiv = arxiv_id_of(doi.removeprefix(ARXIV_DOI)) if doi.startswith(ARXIV_DOI) else None
    if of_arxiv:
        keys.add(f"arxiv:{of_arxiv}")
    elif doi and is_preprint_doi(doi):
        keys.add(f"preprint:{_VERSION.sub('', doi)}")
    elif doi:
        keys.add(f"doi:{doi}")
    if doi.startswith(_ACL_DOI):
        keys.add(f"acl:{doi.removeprefix(_ACL_DOI)}")
    for identifier in paper.identifiers:
        kind, _, value = identifier.partition(":")
        if kind in _OF_ONE_WORK and value:
            keys.add(f"{kind}:{value.casefold()}")
    return sorted(keys)


def _title_key(paper: Paper, strong: Sequence[str]) -> str | None:
    """What records of one title share; None where the title says nothing beside what ``strong`` says."""
    title = title_key(paper.title) or f"of {paper.id}"
    if title not in _COMMON_TITLES:
        return f"title:{title}"
    if strong:
        return None
    said = (paper.date, *map(family_name, paper.authors), paper.venue, paper.abstract)
    return f"title:{title} {digest(repr(said))}"


def merge_keys(paper: Paper) -> list[str]:
    """What connects this record with others: records without a common key are different papers. Never empty."""
    keys = strong_keys(paper)
    title = _title_key(paper, keys)
    return [*keys, title] if title else keys


# What records say of their paper, as far as it tells papers apart


@dataclass(frozen=True, slots=True)
class _Profile:
    """The first author, the years and the identifiers by kind that a group of records gives to its paper."""

    families: frozenset[str]
    first_authors: frozenset[frozenset[str]]
    years: frozenset[int]
    identifiers: Mapping[str, frozenset[str]]

    def joined(self, other: _Profile) -> _Profile:
        kinds = self.identifiers.keys() | other.identifiers.keys()
        none: frozenset[str] = frozenset()
        identifiers = {kind: self.identifiers.get(kind, none) | other.identifiers.get(kind, none) for kind in kinds}
        return _Profile(
            self.families | other.families,
            self.first_authors | other.first_authors,
            self.years | other.years,
            identifiers,
        )

    def same_author(self, other: _Profile) -> bool | None:
        """None where either does not say; Li Wei and Wei Li are taken for one."""
        if not (self.families and other.families):
            return None
        return not (self.families.isdisjoint(other.families) and self.first_authors.isdisjoint(other.first_authors))

    def years_apart(self, other: _Profile) -> int | None:
        """Between the earliest and the latest, so that a series of yearly reports does not join link by link."""
        if not (self.years and other.years):
            return None
        if max(min(self.years), min(other.years)) <= min(max(self.years), max(other.years)):
            return 0
        return max(*self.years, *other.years) - min(*self.years, *other.years)

    def agrees(self, other: _Profile) -> bool:
        """Whether nothing speaks against one paper, and the first author or the year for it."""
        near = self.years_apart(other) is not None
        return not self.conflicts(other) and (near or self.same_author(other) is True)

    def compatible(self, other: _Profile) -> bool:
        """Whether nothing speaks against one paper."""
        return not self.conflicts(other)

    def conflicts(self, other: _Profile) -> bool:
        """Whether something says that these are two papers."""
        apart = self.years_apart(other)
        return (
            self.same_author(other) is False
            or (apart is not None and apart > _YEARS_APART)
            or any(
                kind in other.identifiers and self.identifiers[kind].isdisjoint(other.identifiers[kind])
                for kind in _ONE_EACH
                if kind in self.identifiers
            )
        )


def _profile(paper: Paper, strong: Iterable[str]) -> _Profile:
    author = next((name for name in paper.authors if family_name(name)), "")
    year = paper.date[:4] if paper.date else ""
    identifiers: dict[str, frozenset[str]] = {}
    for key in strong:
        kind = key.partition(":")[0]
        identifiers[kind] = identifiers.get(kind, frozenset()) | {key}
    return _Profile(
        frozenset([family_name(author)] if author else ()),
        frozenset([frozenset(_words(author))] if author else ()),
        frozenset([int(year)] if year.isdigit() else ()),
        identifiers,
    )


# Groups


class _Groups:
    """Records in groups that only grow; each knows its profile and its least key."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._parent = list(range(len(papers)))
        strong = [strong_keys(paper) for paper in papers]
        self.titles = [_title_key(paper, keys) for paper, keys in zip(papers, strong, strict=True)]
        self.profiles = [_profile(paper, keys) for paper, keys in zip(papers, strong, strict=True)]
        # sorts groups by what they say, never by where their records stood
        self.marks = [
            keys[0] if keys else digest(paper.model_dump_json()) for paper, keys in zip(papers, strong, strict=True)
        ]
        first: dict[str, int] = {}
        for index, keys in enumerate(strong):
            for key in keys:
                self.join(index, first.setdefault(key, index))

    def root(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, a: int, b: int) -> None:
        a, b = sorted((self.root(a), self.root(b)))
        if a != b:
            self._parent[b] = a
            self.profiles[a] = self.profiles[a].joined(self.profiles[b])
            self.marks[a] = min(self.marks[a], self.marks[b])

    def join_unless_in_conflict(self, a: int, b: int) -> None:
        if not self.profiles[self.root(a)].conflicts(self.profiles[self.root(b)]):
            self.join(a, b)

    def by_mark(self, items: Iterable[int]) -> list[int]:
        """The groups of some records, each once, in the order of their marks."""
        return sorted({self.root(item) for item in items}, key=lambda root: self.marks[root])


def same_papers(papers: Sequence[Paper]) -> list[list[Paper]]:
    """The records of each paper together."""
    if len(papers) < 2:
        return [list(papers)] if papers else []
    groups = _Groups(papers)
    of_title: dict[str, list[int]] = defaultdict(list)
    for index, title in enumerate(groups.titles):
        if title:
            of_title[title].append(index)
    several = [of_title[title] for title in sorted(of_title) if len(of_title[title]) > 1]
    for items in several:
        _join_alike(groups, items)
    for may_be_one in (_Profile.agrees, _Profile.compatible):
        for items in several:
            _join_unopposed(groups, items, may_be_one)
    found: dict[int, list[Paper]] = defaultdict(list)
    for index, paper in enumerate(papers):
        found[groups.root(index)].append(paper)
    return list(found.values())


def _join_alike(groups: _Groups, items: list[int]) -> None:
    """Join groups of one title whose first author is the same and whose years are near, the nearest first."""
    of_author: dict[object, list[int]] = defaultdict(list)
    for root in groups.by_mark(items):
        profile = groups.profiles[root]
        if profile.years:
            for author in (*profile.families, *profile.first_authors):
                of_author[author].append(root)
    pairs = {pair for roots in of_author.values() for pair in _near_pairs(groups, roots)}
    ordered = sorted(
        pairs,
        key=lambda pair: (
            groups.profiles[pair[0]].years_apart(groups.profiles[pair[1]]),
            sorted((groups.marks[pair[0]], groups.marks[pair[1]])),
        ),
    )
    for a, b in ordered:
        groups.join_unless_in_conflict(a, b)


def _near_pairs(groups: _Groups, roots: list[int]) -> Iterator[tuple[int, int]]:
    """All pairs of a few groups; of many the neighbours by year."""
    if len(roots) <= _MOST_COMPARED:
        yield from combinations(roots, 2)
    else:
        yield from pairwise(sorted(roots, key=lambda root: (min(groups.profiles[root].years), groups.marks[root])))


def _join_unopposed(groups: _Groups, items: list[int], may_be_one: Callable[[_Profile, _Profile], bool]) -> None:
    """Join groups of one title that may be one with exactly the same others.

    A group that says too little and may be one with either of two that conflict stays on its own: nobody knows whose it
    is. Having the same others is an equivalence, so that no two groups that conflict are joined through a third.
    """
    roots = groups.by_mark(items)
    alike: dict[object, list[int]] = defaultdict(list)
    for root in roots:
        profile = groups.profiles[root]
        if len(roots) > _MOST_COMPARED:  # a title that so many papers have says nothing
            bare = not profile.identifiers
            alike[(profile.families, profile.years) if bare else root].append(root)
        else:
            near = (o for o in roots if o == root or may_be_one(profile, groups.profiles[o]))
            alike[frozenset(near)].append(root)
    for first, *others in alike.values():
        for other in others:
            groups.join_unless_in_conflict(first, other)
