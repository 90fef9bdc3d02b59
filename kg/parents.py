"""Which entity is a version, size or subset of which. Each has at most one parent, and none is its own ancestor.

The parent is what the vocabulary says, else the entity that has the nearest of the names which suffixes leave
(``kg.linking.variants``): an entry of the vocabulary, else the smallest id among the entities of that name. Where
parents lead round in a circle, the largest id of the circle has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from kg.ids import link_key
from kg.linking.variants import ancestor_names
from kg.schema import NODE_TYPES
from kg.vocabulary import Vocabulary

__all__ = ["Parents", "ancestor_keys", "key_of", "type_of", "without_circles"]

_TYPE_OF_PREFIX = {node_type.prefix: label for label, node_type in NODE_TYPES.items() if label != "Paper"}


def type_of(entity: str) -> str | None:
    """The entity type that an id's prefix stands for; None for the id of a paper."""
    return _TYPE_OF_PREFIX.get(entity.partition(":")[0])


def key_of(entity: str, name: str) -> str:
    """What an entity can be found by: its type, and its name as ``link_key`` evens it out."""
    return f"{type_of(entity)} {link_key(name)}"


def ancestor_keys(entity: str, name: str) -> list[str]:
    """Keys of the names that the suffixes of a name leave, nearest first."""
    return [key_of(entity, ancestor) for ancestor in ancestor_names(name, str(type_of(entity)))]


class Parents:
    """Finds parents, given a vocabulary and a way to look entities up by key."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._entries: dict[str, str] = {}
        entries = sorted(vocabulary.entries, key=lambda entry: entry.id)
        for entry in entries:
            self._entries.setdefault(key_of(entry.id, entry.name), entry.id)
        for entry in entries:
            for form in entry.aliases:
                if form not in entry.ambiguous:
                    self._entries.setdefault(key_of(entry.id, form), entry.id)

    def nearest(self, entity: str, name: str, find: Callable[[str], str | None]) -> str | None:
        """The parent of an entity, circles not yet considered.

        Args:
            entity: Its id.
            name: The name that its mentions have; that of the vocabulary goes first.
            find: The smallest id of the entities with mentions that have a key, if any.
        """
        entry = self.vocabulary.by_id.get(entity)
        parent = self.vocabulary.parent_of(entry) if entry else None
        if parent is not None and parent.id != entity:
            return parent.id
        for key in ancestor_keys(entity, entry.name if entry else name):
            found = self._entries.get(key) or find(key)
            if found is not None and found != entity:
                return found
        return None

    def of_entries(self, find: Callable[[str], str | None]) -> Iterator[tuple[str, str]]:
        """Entries of the vocabulary that have a parent, with it."""
        for entity, entry in self.vocabulary.by_id.items():
            parent = self.nearest(entity, entry.name, find)
            if parent is not None:
                yield entity, parent

    def of_names(self, names: Mapping[str, str]) -> dict[str, str]:
        """Child to parent, over entities with mentions (by their names there) and the ancestors that they bring in."""
        by_key: dict[str, str] = {}
        for entity in sorted(names):
            by_key.setdefault(key_of(entity, names[entity]), entity)
        nearest = dict(self.of_entries(by_key.get))
        for entity, name in names.items():
            if entity not in self.vocabulary.by_id and (parent := self.nearest(entity, name, by_key.get)):
                nearest[entity] = parent
        return without_circles(nearest, names)


def without_circles(nearest: Mapping[str, str], starts: Iterable[str]) -> dict[str, str]:
    """The parents of entities and of all their ancestors, each circle cut at its largest id."""
    parents: dict[str, str] = {}
    done: set[str] = set()
    for start in starts:
        path: list[str] = []
        current: str | None = start
        while current is not None and current not in done:
            done.add(current)
            path.append(current)
            if (parent := nearest.get(current)) is not None:
                parents[current] = parent
            current = parent
        if current is not None and current in path:
            del parents[max(path[path.index(current) :])]
    return parents
