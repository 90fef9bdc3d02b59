"""All Cypher of the exchange with Neo4j. Labels, types and names come from ``schema.py``; values are parameters.

Every node and edge that is ours carries ``graph``, the name of its graph. A row is a list: identity first, then the
values of ``node_columns`` or ``edge_columns``. A null among them removes the property, so that a row says all there is
of ours to say, while properties that somebody else added stay.
"""

from __future__ import annotations

import hashlib

from kg.schema import NODE_TYPES, RELATION_TYPES

__all__ = [
    "AWAIT_INDEXES",
    "DELETE_EDGES_OF_UNKNOWN_NODES",
    "DELETE_UNKNOWN_NODES",
    "EVIDENCE",
    "FULL_TEXT_INDEX",
    "GRAPHS",
    "LABELS",
    "LONGEST_ID",
    "RELEASE_UNKNOWN_NODES",
    "SOURCE_LABELS",
    "delete_doubles",
    "delete_edges",
    "delete_nodes",
    "edge_columns",
    "merge_edges",
    "merge_nodes",
    "node_columns",
    "outgoing",
    "owners",
    "read_edges",
    "read_nodes",
    "release_nodes",
    "schema_statements",
    "stored_edges",
    "stored_id",
    "stored_nodes",
    "strangers",
]

EVIDENCE = {
    "sentences": "sentence",
    "texts": "text",
    "fields": "field",
    "start_offsets": "start",
    "end_offsets": "end",
    "extractors": "extractor",
    "confidences": "confidence",
    "attributes": "attributes",
}
"""Lists on an edge, one item a piece of evidence: name of the list to name of the value."""

FULL_TEXT_INDEX = "kg_names"
AWAIT_INDEXES = "CALL db.awaitIndexes(300)"
SOURCE_LABELS = tuple(label for label in NODE_TYPES if any(label in kind.sources for kind in RELATION_TYPES.values()))
"""Labels that an edge can begin at."""

LONGEST_ID = 2000
_OURS = "coalesce(n.graph, n.released_from, '') = $graph"


def stored_id(entity_id: str) -> str:
    """An id as Neo4j can index it: a very long one is cut and ends in a digest (the whole stays in ``long_id``)."""
    if len(entity_id) <= LONGEST_ID:  # at most 8,000 bytes, just what fits into an index
        return entity_id
    return f"{entity_id[:200]}#sha256:{hashlib.sha256(entity_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def node_columns(label: str) -> list[str]:
    """Names of a node's values in a row, after the id."""
    return ["long_id", "name", "aliases", "named", "kind", *NODE_TYPES[label].properties]


def edge_columns(type: str) -> list[str]:
    """Names of an edge's values in a row, after the ids of its ends."""
    return ["confidence", *RELATION_TYPES[type].properties, *EVIDENCE]


# Constraints and indexes


def schema_statements() -> list[str]:
    """Constraints and indexes, each a statement that changes nothing where it is made already."""
    unique = [
        f"CREATE CONSTRAINT kg_{label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
        for label in NODE_TYPES
    ]
    names = f"FOR (n:{'|'.join(NODE_TYPES)}) ON EACH [n.name, n.aliases]"
    return [*unique, f"CREATE FULLTEXT INDEX {FULL_TEXT_INDEX} IF NOT EXISTS {names}"]


# Writing


def merge_nodes(label: str) -> str:
    """Write ``$rows`` of nodes; gives how many are ours. A node of somebody else is left alone and not counted."""
    return (
        f"UNWIND $rows AS row MERGE (n:{label} {{id: row[0]}}) ON CREATE SET n.graph = $graph "
        f"WITH n, row WHERE {_OURS} "
        f"SET n.graph = $graph, n.released_from = null, {_assignments('n', node_columns(label), 1)} "
        "RETURN count(n) AS done"
    )


def merge_edges(source: str, type: str, target: str) -> str:
    """Write ``$rows`` of edges between two labels, grouped by their source; gives how many.

    A row is [id of the source, [[id of the target, values of ``edge_columns``] ...]]: a source that many edges begin
    at is sent and looked up once.
    """
    values = ", ".join(f"{name}: row[{number}]" for number, name in enumerate(edge_columns(type), 1))
    return (
        f"UNWIND $rows AS source MATCH (a:{source} {{id: source[0]}}) "
        f"UNWIND source[1] AS row MATCH (b:{target} {{id: row[0]}}) "
        f"MERGE (a)-[r:{type} {{graph: $graph}}]->(b) SET r += {{{values}}} RETURN count(r) AS done"
    )


def delete_doubles(source: str, type: str, target: str) -> str:
    """Of edges of ours between the same two nodes, leave one; ``$rows`` as for ``merge_edges``. Gives how many go."""
    return (
        f"UNWIND $rows AS source MATCH (a:{source} {{id: source[0]}}) "
        f"UNWIND source[1] AS row MATCH (a)-[r:{type} {{graph: $graph}}]->(b:{target} {{id: row[0]}}) "
        "WITH a, b, collect(r) AS copies UNWIND tail(copies) AS copy DELETE copy RETURN count(copy) AS gone"
    )


def _assignments(variable: str, columns: list[str], first: int) -> str:
    return ", ".join(f"{variable}.{name} = row[{number}]" for number, name in enumerate(columns, first))


# What is there


def strangers(label: str) -> str:
    """How many nodes of a label are not of ``$graph``."""
    return f"MATCH (n:{label}) WHERE NOT {_OURS} RETURN count(n) AS count"


def owners(label: str) -> str:
    """The first of ``$ids`` that is not of ``$graph``, and the name of the graph that has it."""
    return (
        f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) WHERE NOT {_OURS} "
        "RETURN n.id AS id, n.graph AS owner ORDER BY id LIMIT 1"
    )


GRAPHS = (
    f"MATCH (n:{'|'.join(NODE_TYPES)}) WHERE n.graph IS NOT NULL "
    "RETURN n.graph AS graph, count(n) AS nodes ORDER BY graph LIMIT 20"
)
"""Names of the graphs in the database."""


def stored_nodes(label: str) -> str:
    """Ids of our nodes of a label."""
    return f"MATCH (n:{label}) WHERE n.graph = $graph RETURN n.id"


def stored_edges(label: str) -> str:
    """For each of our nodes of a label: its id, and "TYPE end" for each of our edges that begin there."""
    return (
        f"MATCH (n:{label}) WHERE n.graph = $graph "
        "RETURN coalesce(toString(n.id), ''), "
        "[(n)-[r]->(b) WHERE r.graph = $graph | type(r) + ' ' + coalesce(b.id, '')] AS edges"
    )


LABELS = "CALL db.labels()"
"""Labels of the database."""

_UNKNOWN = " AND ".join(f"NOT n:{label}" for label in NODE_TYPES)
DELETE_EDGES_OF_UNKNOWN_NODES = (
    f"MATCH (n)-[r]-() WHERE n.graph = $graph AND {_UNKNOWN} AND r.graph = $graph "
    "WITH DISTINCT r LIMIT 10000 DELETE r RETURN count(r) AS count"
)
"""Delete some of our edges at nodes of ours whose label the schema does not have (any more)."""
DELETE_UNKNOWN_NODES = (
    f"MATCH (n) WHERE n.graph = $graph AND {_UNKNOWN} AND NOT (n)--() "
    "WITH n LIMIT 10000 DELETE n RETURN count(n) AS count"
)
RELEASE_UNKNOWN_NODES = (
    f"MATCH (n) WHERE n.graph = $graph AND {_UNKNOWN} "
    "WITH n LIMIT 10000 SET n.graph = null, n.released_from = $graph RETURN count(n) AS count"
)


def outgoing(label: str) -> str:
    """How many edges of anybody begin at nodes of a label; the database knows without looking."""
    return f"MATCH (:{label})-[r]->() RETURN count(r) AS count"


# Retracting


def delete_edges(label: str) -> str:
    """Delete our edges of ``$rows``: source of that label, type, target."""
    return (
        f"UNWIND $rows AS row MATCH (a:{label} {{id: row[0]}})-[r]->(b) "
        "WHERE type(r) = row[1] AND b.id = row[2] AND r.graph = $graph DELETE r"
    )


def delete_nodes(label: str) -> str:
    """Delete our nodes of ``$ids`` that nothing is connected to."""
    return f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) WHERE n.graph = $graph AND NOT (n)--() DELETE n"


def release_nodes(label: str) -> str:
    """Give up our nodes of ``$ids``: edges of somebody else still need them. A later load can take them back."""
    return (
        f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) WHERE n.graph = $graph "
        "SET n.graph = null, n.released_from = $graph RETURN count(n) AS count"
    )


# Reading


def read_nodes(label: str) -> str:
    """Our nodes of a label: the id, then the values of ``node_columns``."""
    return f"MATCH (n:{label}) WHERE n.graph = $graph RETURN n.id, {_values('n', node_columns(label))}"


def read_edges(label: str, type: str) -> str:
    """Our edges of a type that begin at a label: ids of both ends, then the values of ``edge_columns``."""
    return (
        f"MATCH (a:{label})-[r:{type}]->(b) WHERE a.graph = $graph AND r.graph = $graph "
        f"RETURN coalesce(a.long_id, a.id), coalesce(b.long_id, b.id), {_values('r', edge_columns(type))}"
    )


def _values(variable: str, columns: list[str]) -> str:
    return ", ".join(f"{variable}.{name}" for name in columns)
