"""What people ask of a graph again and again, on top of the embedded engine: find, show, search, connect.

All Cypher of the commands is here. Labels come from ``schema.py``; every text goes in as a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kg.embedded import EmbeddedGraph
from kg.errors import UsageError
from kg.ids import link_key
from kg.schema import EXTRACTED_TYPES, NODE_TYPES, RELATION_TYPES

__all__ = ["Hop", "Named", "PaperUse", "Profile", "entity_type", "find", "paths_between", "profile", "search", "top"]

_LABELS = {node_type.prefix: label for label, node_type in NODE_TYPES.items() if label != "Paper"}
_PAPER_ENDS = tuple(t for r in RELATION_TYPES.values() if r.sources == ("Paper",) for t in r.targets)
USED_TOGETHER = tuple(t for t in EXTRACTED_TYPES if t != "Repository")
"""Types whose entities "are used together" when one paper has both."""
THROUGH = ("Paper", "Method", "Dataset", "Hardware", "Task")
"""Types that a path leads through by default: people, institutions and metrics connect everything with everything."""
_EVIDENCE_COLUMNS = "r.sentences, r.texts, r.fields, r.start_offsets, r.end_offsets, r.extractors, r.confidences"
_EVIDENCE_KEYS = ("sentence", "text", "field", "start", "end", "extractor", "confidence")


@dataclass(frozen=True, slots=True)
class Named:
    """An entity by its bare data; ``papers`` counts the papers that an edge connects it with."""

    id: str
    type: str
    name: str
    papers: int = 0


@dataclass(frozen=True, slots=True)
class PaperUse:
    """An edge between a paper and an entity, seen from either end; ``other`` is the end that is not shown."""

    other: Named
    relation: str
    date: str | None
    properties: dict[str, Any]
    evidence: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Profile:
    """All that the graph says about one entity."""

    id: str
    type: str
    name: str
    aliases: list[str]
    named: bool
    kind: str | None
    properties: dict[str, Any]
    parents: list[Named] = field(default_factory=list)
    variants: list[Named] = field(default_factory=list)
    makers: list[Named] = field(default_factory=list)
    products: list[Named] = field(default_factory=list)
    uses: list[PaperUse] = field(default_factory=list)
    used_with: list[Named] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path; ``forward`` tells whether the edge points the way the path goes."""

    start: Named
    relation: str
    end: Named
    forward: bool
    evidence: list[dict[str, Any]]


def entity_type(entity_id: str) -> str:
    """The type that an id is of, by its prefix."""
    return _LABELS.get(entity_id.partition(":")[0], "Paper")


def _evidence(columns: list[Any]) -> list[dict[str, Any]]:
    return [dict(zip(_EVIDENCE_KEYS, piece, strict=True)) for piece in zip(*columns, strict=True)]


def _node(engine: EmbeddedGraph, entity_id: str) -> dict[str, Any] | None:
    rows = engine.query(f"MATCH (n:{entity_type(entity_id)} {{id: $id}}) RETURN n", {"id": entity_id}).rows
    return dict(rows[0][0]) if rows else None


# Find

_KEY = "replace(replace(replace(lower({0}), '-', ''), ' ', ''), '_', '')"


def _key(text: str) -> str:
    return text.lower().replace("-", "").replace(" ", "").replace("_", "")


def _candidates(engine: EmbeddedGraph, text: str, types: Iterable[str]) -> Iterator[tuple[Named, list[str]]]:
    """Entities that have the text, or the text without hyphens and spaces, somewhere in a name or an alias."""
    # The engine cannot take a parameter within any(...), so the aliases are searched as one string.
    name, aliases = (_KEY.format(form) for form in ("n.name", "list_to_string('\\n', n.aliases)"))
    for label in types:
        rows = engine.query(
            f"MATCH (n:{label}) WHERE {name} CONTAINS $key OR {aliases} CONTAINS $key RETURN n.id, n.name, n.aliases",
            {"key": _key(text)},
        ).rows
        for entity_id, entity_name, other_names in rows:
            yield Named(entity_id, label, entity_name), [entity_name, *other_names]


def find(engine: EmbeddedGraph, text: str) -> list[Named]:
    """The entities that a text names: by id, else by name, else by alias, else by a name that is spelt nearly so.

    Raises:
        UsageError: if there is none; the message says what is near.
    """
    text = text.strip()
    node = _node(engine, text)
    if node is not None:
        return [Named(text, entity_type(text), node["name"])]
    folded, key = text.casefold(), link_key(text)
    tiers: list[list[Named]] = [[], [], []]
    near: list[tuple[int, int, str]] = []
    singular = text[:-1] if len(text) > 3 and text[-1] in "sS" else text
    for named, forms in _candidates(engine, singular, NODE_TYPES):
        tests = (
            named.name.casefold() == folded,
            any(form.casefold() == folded for form in forms),
            any(link_key(form) == key for form in forms),
        )
        if any(tests):
            tiers[tests.index(True)].append(named)
        elif (rank := min(_rank(folded, form.casefold()) for form in forms)) < _INSIDE:
            near.append((rank, len(named.name), named.id))
    for tier in tiers:
        if tier:
            return sorted(tier, key=lambda named: named.id)
    hint = f"; near it: {', '.join(entity for *_, entity in sorted(near)[:5])}" if near else "; try kg search"
    raise UsageError(f"the graph has no entity {text!r}{hint}")


_INSIDE = 3


def _rank(text: str, form: str) -> int:
    """0 exact, 1 prefix, 2 at the start of a word, 3 inside; 4 not at all."""
    place = form.find(text)
    if place < 0:
        return 4
    if form == text:
        return 0
    if place == 0:
        return 1
    while place >= 0:
        if not form[place - 1].isalnum():
            return 2
        place = form.find(text, place + 1)
    return _INSIDE


def search(
    engine: EmbeddedGraph, text: str, *, types: Iterable[str] = tuple(NODE_TYPES), limit: int = 20
) -> list[tuple[Named, str]]:
    """Entities and papers by words, best first, each with the form that matched.

    Exact matches come before prefixes, these before word starts, these before the rest; then the entity of more papers.

    Raises:
        UsageError: if the text is blank.
    """
    folded = " ".join(text.casefold().split())
    if not _key(folded):
        raise UsageError("there is nothing to search for")
    found = []
    for named, forms in _candidates(engine, folded, types):
        pairs = ((min(_rank(folded, f.casefold()), _rank(_key(folded), _key(f)) + 1), f) for f in forms)
        rank, form = min(pairs, key=lambda pair: pair[0])
        found.append((rank, named, form))
    counts = _paper_counts(engine, [named for _, named, _ in found])
    ranked = [(rank, -counts.get(n.id, 0), len(n.name), n.id, n, form) for rank, n, form in found]
    ranked.sort(key=lambda row: row[:4])
    return [(Named(n.id, n.type, n.name, -papers), form) for _, papers, _, _, n, form in ranked[:limit]]


def _paper_counts(engine: EmbeddedGraph, entities: Iterable[Named]) -> dict[str, int]:
    by_type: dict[str, list[str]] = {}
    for named in entities:
        if named.type in _PAPER_ENDS:
            by_type.setdefault(named.type, []).append(named.id)
    counts: dict[str, int] = {}
    for label, ids in by_type.items():
        query = f"MATCH (:Paper)-[]->(n:{label}) WHERE n.id IN $ids RETURN n.id, count(*)"
        counts.update((row[0], row[1]) for row in engine.query(query, {"ids": ids}).rows)
    return counts


def top(engine: EmbeddedGraph, label: str, limit: int) -> list[Named]:
    """The entities of a type that most papers have."""
    rows = engine.query(
        f"MATCH (:Paper)-[]->(n:{label}) "
        "RETURN n.id, n.name, count(*) AS papers ORDER BY papers DESC, n.id LIMIT $limit",
        {"limit": limit},
    ).rows
    return [Named(entity_id, label, name, papers) for entity_id, name, papers in rows]


# Show


def profile(engine: EmbeddedGraph, entity_id: str, *, used_with: int = 10) -> Profile:
    """All that the graph says about an entity, or about a paper.

    Args:
        engine: The graph.
        entity_id: A known id.
        used_with: How many entities of the same papers to give.
    """
    label = entity_type(entity_id)
    node = _node(engine, entity_id)
    if node is None:
        raise UsageError(f"the graph has no entity {entity_id!r}")
    own = {key: node.pop(key, None) for key in ("label", "id", "name", "aliases", "named", "kind")}
    return Profile(
        id=entity_id,
        type=label,
        name=own["name"],
        aliases=own["aliases"] or [],
        named=bool(own["named"]),
        kind=own["kind"],
        properties={key: value for key, value in node.items() if value != []},
        parents=_ends(engine, entity_id, "VARIANT_OF", forward=True),
        variants=_ends(engine, entity_id, "VARIANT_OF", forward=False),
        makers=_ends(engine, entity_id, "MADE_BY", forward=True),
        products=_ends(engine, entity_id, "MADE_BY", forward=False),
        uses=_uses(engine, entity_id),
        used_with=_used_with(engine, entity_id, used_with) if label != "Paper" else [],
    )


def _ends(engine: EmbeddedGraph, entity_id: str, relation: str, *, forward: bool) -> list[Named]:
    label, kind = entity_type(entity_id), RELATION_TYPES[relation]
    if label not in (kind.sources if forward else kind.targets):
        return []
    left, right = ("-", "->") if forward else ("<-", "-")
    rows = engine.query(
        f"MATCH (n:{label} {{id: $id}}){left}[:{relation}]{right}(m) RETURN m.id, m.name ORDER BY m.id",
        {"id": entity_id},
    ).rows
    return [Named(other, entity_type(other), name) for other, name in rows]


def _uses(engine: EmbeddedGraph, entity_id: str) -> list[PaperUse]:
    """Edges between papers and the entity: newest paper first; of a paper, in the order of the schema."""
    label = entity_type(entity_id)
    if label == "Paper":
        pattern, date = "(:Paper {id: $id})-[r]->(m)", "null"
    else:
        pattern, date = f"(m:Paper)-[r]->(:{label} {{id: $id}})", "m.date"
    rows = engine.query(
        f"MATCH {pattern} RETURN m.id, m.name, label(r), {date}, r, {_EVIDENCE_COLUMNS}", {"id": entity_id}
    ).rows
    uses = [
        PaperUse(
            Named(other, entity_type(other), name), relation, date, _edge_properties(relation, edge), _evidence(rest)
        )
        for other, name, relation, date, edge, *rest in rows
    ]
    order = list(RELATION_TYPES)
    uses.sort(key=lambda use: (use.properties.get("position", 0), use.other.id))
    uses.sort(key=lambda use: use.date or "", reverse=True)
    return sorted(uses, key=lambda use: order.index(use.relation))


def _edge_properties(relation: str, edge: dict[str, Any]) -> dict[str, Any]:
    names = RELATION_TYPES[relation].properties
    return {name: edge[name] for name in names if edge.get(name) is not None}


def _used_with(engine: EmbeddedGraph, entity_id: str, limit: int) -> list[Named]:
    rows = engine.query(
        f"MATCH (:{entity_type(entity_id)} {{id: $id}})<-[]-(p:Paper)-[]->(m:{'|'.join(USED_TOGETHER)}) "
        "WHERE m.id <> $id RETURN m.id, m.name, count(DISTINCT p.id) AS papers ORDER BY papers DESC, m.id LIMIT $limit",
        {"id": entity_id, "limit": limit},
    ).rows
    return [Named(other, entity_type(other), name, papers) for other, name, papers in rows]


# Connect


def paths_between(
    engine: EmbeddedGraph, start: str, goal: str, *, through: Iterable[str] = THROUGH, max_hops: int = 8
) -> list[Hop]:
    """A shortest path between two entities, edges taken either way; of several, the one with the smallest ids.

    Args:
        engine: The graph.
        start: Id of the one end.
        goal: Id of the other.
        through: Types that the path may lead through; the ends may be of any.
        max_hops: Longest path to look for.

    Returns:
        The hops; none if there is no such path, or start and goal are the same.
    """
    allowed = frozenset(through)
    ahead, behind = {start: start}, {goal: goal}  # entity -> the one it was reached from
    fronts = [{start}, {goal}]
    meeting = start if start == goal else None
    for _ in range(max_hops):
        if meeting is not None or not fronts[0] or not fronts[1]:
            break
        side = 0 if len(fronts[0]) <= len(fronts[1]) else 1
        reached, other = (ahead, behind) if side == 0 else (behind, ahead)
        fronts[side] = _expand(engine, fronts[side], reached, allowed, other)
        meeting = min(fronts[side] & other.keys(), default=None)
    return _hops(engine, ahead, behind, meeting) if meeting is not None else []


def _expand(
    engine: EmbeddedGraph, front: set[str], reached: dict[str, str], allowed: frozenset[str], other: dict[str, str]
) -> set[str]:
    """Step from every entity of a front to its neighbours; an entity is reached from the smallest of several."""
    by_type: dict[str, list[str]] = {}
    for entity in front:
        by_type.setdefault(entity_type(entity), []).append(entity)
    labels = "|".join(sorted(allowed | {entity_type(next(iter(other)))}))
    found: dict[str, str] = {}
    for label, ids in by_type.items():
        query = f"MATCH (n:{label})-[]-(m:{labels}) WHERE n.id IN $ids RETURN DISTINCT n.id, m.id"
        for origin, neighbour in engine.query(query, {"ids": ids}).rows:
            if neighbour not in reached and (neighbour in other or entity_type(neighbour) in allowed):
                found[neighbour] = min(found.get(neighbour, origin), origin)
    reached.update(found)
    return set(found)


def _hops(engine: EmbeddedGraph, ahead: dict[str, str], behind: dict[str, str], meeting: str) -> list[Hop]:
    chain = [meeting]
    while ahead[chain[0]] != chain[0]:
        chain.insert(0, ahead[chain[0]])
    while behind[chain[-1]] != chain[-1]:
        chain.append(behind[chain[-1]])
    return [_hop(engine, one, other) for one, other in pairwise(chain)]


def _hop(engine: EmbeddedGraph, start: str, end: str) -> Hop:
    """The edge between two neighbours; of several, the first in the order of the schema."""
    found = []
    for forward in (True, False):
        one, other = (start, end) if forward else (end, start)
        rows = engine.query(
            f"MATCH (a:{entity_type(one)} {{id: $one}})-[r]->(b:{entity_type(other)} {{id: $other}}) "
            f"RETURN label(r), a.name, b.name, {_EVIDENCE_COLUMNS}",
            {"one": one, "other": other},
        ).rows
        for relation, a, b, *rest in rows:
            names = (a, b) if forward else (b, a)
            ends = (Named(start, entity_type(start), names[0]), Named(end, entity_type(end), names[1]))
            found.append(Hop(ends[0], relation, ends[1], forward, _evidence(rest)))
    order = list(RELATION_TYPES)
    return min(found, key=lambda hop: (order.index(hop.relation), not hop.forward))
