"""KnowledgeGraph: a typed face on ``networkx.MultiDiGraph``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import networkx as nx

from kg.errors import UsageError
from kg.model import Entity, Relation
from kg.schema import NODE_TYPES, RELATION_TYPES

__all__ = ["KnowledgeGraph"]


class KnowledgeGraph:
    """Entities and relations; each node holds an ``Entity``, each edge a ``Relation`` with its evidence.

    Iteration is always sorted, so that whatever is written from a graph is the same every time.
    """

    def __init__(self, entities: Iterable[Entity] = (), relations: Iterable[Relation] = ()) -> None:
        self._graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for entity in entities:
            self.add_entity(entity)
        for relation in relations:
            self.add_relation(relation)

    def add_entity(self, entity: Entity) -> None:
        """Add a node, or replace the node of that id.

        Raises:
            UsageError: if ``schema.py`` does not know its type.
        """
        if entity.type not in NODE_TYPES:
            raise UsageError(f"unknown entity type {entity.type!r} of {entity.id!r}")
        self._graph.add_node(entity.id, entity=entity)

    def add_relation(self, relation: Relation) -> None:
        """Add an edge, or replace the edge of that (source, type, target).

        Raises:
            UsageError: if the type is unknown, an end is missing, or an end is of a type it may not have.
        """
        kind = RELATION_TYPES.get(relation.type)
        if kind is None:
            raise UsageError(f"unknown relation type {relation.type!r}")
        for end, allowed in ((relation.source, kind.sources), (relation.target, kind.targets)):
            node = self.get(end)
            if node is None:
                raise UsageError(f"{relation.type} needs the node {end!r}, which the graph does not have")
            if node.type not in allowed:
                raise UsageError(f"{relation.type} cannot end at {end!r}, a {node.type}")
        self._graph.add_edge(relation.source, relation.target, key=relation.type, relation=relation)

    def get(self, entity_id: str) -> Entity | None:
        """The entity of that id, or None."""
        data = self._graph.nodes.get(entity_id)
        return data["entity"] if data else None

    def entities(self, type: str | None = None) -> Iterator[Entity]:
        """All entities (of one type), sorted by id."""
        for node in sorted(self._graph.nodes):
            entity: Entity = self._graph.nodes[node]["entity"]
            if type is None or entity.type == type:
                yield entity

    def relations(self, type: str | None = None) -> Iterator[Relation]:
        """All relations (of one type), sorted by (source, type, target)."""
        for _, _, relation in self._sorted_edges(self._graph.edges(data="relation", keys=True)):
            if type is None or relation.type == type:
                yield relation

    def relations_of(self, entity_id: str) -> Iterator[Relation]:
        """The relations that begin or end at an entity, sorted."""
        if entity_id not in self._graph:
            return iter(())
        edges = [
            *self._graph.out_edges(entity_id, data="relation", keys=True),
            *self._graph.in_edges(entity_id, data="relation", keys=True),
        ]
        return (relation for _, _, relation in self._sorted_edges(edges))

    @staticmethod
    def _sorted_edges(edges: Iterable[tuple[str, str, str, Relation]]) -> list[tuple[str, str, Relation]]:
        ordered = sorted(edges, key=lambda edge: (edge[0], edge[2], edge[1]))
        return [(source, target, relation) for source, target, _, relation in ordered]

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """A copy with plain attributes: nodes carry id, type, name ...; edges are keyed by type and carry evidence."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for entity in self.entities():
            data = entity.model_dump()
            graph.add_node(entity.id, **data.pop("properties"), **{k: v for k, v in data.items() if k != "id"})
        for relation in self.relations():
            data = relation.model_dump()
            graph.add_edge(
                relation.source,
                relation.target,
                key=relation.type,
                **data.pop("properties"),
                **{k: v for k, v in data.items() if k not in ("source", "target")},
            )
        return graph

    def __len__(self) -> int:
        return self._graph.number_of_nodes()

    @property
    def relation_count(self) -> int:
        """Number of edges."""
        return self._graph.number_of_edges()

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self._graph

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KnowledgeGraph):
            return NotImplemented
        return list(self.entities()) == list(other.entities()) and list(self.relations()) == list(other.relations())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"KnowledgeGraph({len(self)} entities, {self.relation_count} relations)"
