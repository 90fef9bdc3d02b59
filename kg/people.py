"""People and organisations: which node a name stands for, where some papers come with ORCIDs and ROR ids.

A name that a paper gives with an ORCID (an organisation's with a ROR id) is the node of that id, whatever the name:
``author:orcid-0000-0002-1825-0097``. A name alone is the node of the id if exactly one id bears the name in all
papers, else the node of the name. So two people of one name are two, and the papers that do not say which of them
they mean are with neither.

That depends on the *set* of all papers. What a paper's names alone lead to is part of the paper's digest
(``People.digest``), so that a graph is brought up to date for the papers whose names have come to mean somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg.ids import digest, entity_id
from kg.model import Paper

__all__ = ["People", "is_orcid", "is_ror", "registered_id_of"]

_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
_ROR = re.compile(r"0[a-hj-km-np-tv-z0-9]{6}\d\d", re.ASCII)
_SCHEMES = {"Author": "orcid", "Organization": "ror"}


def is_orcid(text: str) -> bool:
    """Whether a text is a bare ORCID: sixteen digits whose last one checks the others (ISO 7064 mod 11-2).

    >>> is_orcid("0000-0002-1825-0097"), is_orcid("0000-0002-1825-0098")
    (True, False)
    """
    if not _ORCID.fullmatch(text):
        return False
    total = 0
    digits = text.replace("-", "")
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == digits[-1]


def is_ror(text: str) -> bool:
    """Whether a text is a bare ROR id.

    >>> is_ror("05dxps055"), is_ror("5dxps055")
    (True, False)
    """
    return _ROR.fullmatch(text) is not None


def _is_valid(entity_type: str, text: str) -> bool:
    return is_orcid(text) if entity_type == "Author" else is_ror(text)


def _node_of(entity_type: str, registered: str) -> str:
    """The node of an id. No name gives it: ``entity_id`` leaves no hyphen between a letter and a digit."""
    return f"{entity_type.lower()}:{_SCHEMES[entity_type]}-{registered}"


def registered_id_of(entity: str) -> tuple[str, str] | None:
    """The property that a node's id gives it, and its value; None for the node of a name.

    >>> registered_id_of("author:orcid-0000-0002-1825-0097"), registered_id_of("author:ada-example")
    (('orcid', '0000-0002-1825-0097'), None)
    """
    prefix, _, rest = entity.partition(":")
    for entity_type, scheme in _SCHEMES.items():
        found = rest.removeprefix(f"{scheme}-")
        if prefix == entity_type.lower() and found != rest and _is_valid(entity_type, found):
            return scheme, found
    return None


class People:
    """The names that ORCIDs and ROR ids bear in a set of papers; the order of the papers does not matter.

    Memory grows with the number of names that have an id.
    """

    def __init__(self, papers: Iterable[Paper] = ()) -> None:
        self._bearer: dict[str, str | None] = {}  # node of a name -> node of the one id that bears it; None: of several
        for paper in papers:
            self.add(paper.orcids, paper.rors)

    def __bool__(self) -> bool:
        return bool(self._bearer)

    def add(self, orcids: Mapping[str, str], rors: Mapping[str, str]) -> None:
        """Note the ids of one paper: name -> bare id."""
        for entity_type, given in (("Author", orcids), ("Organization", rors)):
            for name, registered in given.items():
                if _is_valid(entity_type, registered) and name.strip():
                    plain, node = entity_id(entity_type, " ".join(name.split())), _node_of(entity_type, registered)
                    self._bearer[plain] = node if self._bearer.get(plain, node) == node else None

    def node(self, entity_type: str, name: str, registered: str | None = None) -> str:
        """The node that a name stands for.

        Args:
            entity_type: Author or Organization.
            name: With single spaces and not blank.
            registered: The ORCID or ROR id that comes with it; one that is none counts as absent.
        """
        if registered is not None and _is_valid(entity_type, registered):
            return _node_of(entity_type, registered)
        plain = entity_id(entity_type, name)
        return self._bearer.get(plain) or plain

    def digest(self, own: str, authors: Sequence[str], organizations: Sequence[str]) -> str:
        """The digest of a paper, given the one of its record: other if its names, alone, lead to nodes of ids."""
        if not self._bearer:
            return own
        joined = [*self._joined("Author", authors), *self._joined("Organization", organizations)]
        return digest(f"{own} {joined}", 32) if joined else own

    def _joined(self, entity_type: str, names: Sequence[str]) -> Iterator[str]:
        for name in names:
            if (words := name.split()) and (node := self._bearer.get(entity_id(entity_type, " ".join(words)))):
                yield node
