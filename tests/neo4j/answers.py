"""The answers to the saved queries, computed with NetworkX: nothing of Cypher, nothing of the engines."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import Any

import networkx as nx

Graph = nx.MultiDiGraph
Rows = list[list[Any]]
ANSWERS: dict[str, Callable[[Any, dict[str, Any]], Rows]] = {}


def answers(number: str) -> Callable[[Callable[[Any, dict[str, Any]], Rows]], Callable[[Any, dict[str, Any]], Rows]]:
    """Register the computation for the saved query of a number."""

    def add(function: Callable[[Any, dict[str, Any]], Rows]) -> Callable[[Any, dict[str, Any]], Rows]:
        ANSWERS[number] = function
        return function

    return add


def named(g: Any, label: str, name: str) -> list[str]:
    return [n for n, d in g.nodes(data=True) if d["type"] == label and d["name"] == name]


def of_type(g: Any, label: str) -> list[str]:
    return [n for n, d in g.nodes(data=True) if d["type"] == label]


def out(g: Any, node: str, *types: str) -> list[tuple[str, dict[str, Any]]]:
    return [(target, d) for _, target, key, d in g.out_edges(node, keys=True, data=True) if key in types]


def into(g: Any, node: str, *types: str) -> list[tuple[str, dict[str, Any]]]:
    return [(source, d) for source, _, key, d in g.in_edges(node, keys=True, data=True) if key in types]


def year(g: Any, node: str) -> int:
    """The year of a paper; without one, no comparison holds."""
    found = g.nodes[node].get("year")
    return -(10**6) if found is None else int(found)


def first_sentence(edge: dict[str, Any]) -> str | None:
    return edge["evidence"][0]["sentence"] if edge["evidence"] else None


def chains(g: Any, node: str, shortest: int, longest: int, key: str = "VARIANT_OF") -> Iterator[list[str]]:
    """Paths from a node along edges of one type, forwards."""

    def go(path: list[str]) -> Iterator[list[str]]:
        if len(path) > shortest:
            yield path
        if len(path) <= longest:
            for target, _ in out(g, path[-1], key):
                yield from go([*path, target])

    return go([node])


@answers("01")
def _new(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [g.nodes[paper]["year"], g.nodes[new]["name"], g.nodes[paper]["title"]]
        for task in named(g, "Task", p["task"])
        for paper, _ in into(g, task, "ADDRESSES")
        if year(g, paper) >= p["since"]
        for new, _ in out(g, paper, "INTRODUCES")
    ]


@answers("02")
def _together(g: Any, p: dict[str, Any]) -> Rows:
    papers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for paper in of_type(g, "Paper"):
        used = sorted({d for d, _ in out(g, paper, "EVALUATES_ON", "TRAINS_ON")})
        for a, b in combinations(used, 2):
            papers[g.nodes[a]["name"], g.nodes[b]["name"]].add(paper)
    return [[a, b, len(found)] for (a, b), found in papers.items() if len(found) >= p["at_least"]]


@answers("03")
def _evaluated(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [g.nodes[paper]["year"], g.nodes[method]["name"], g.nodes[paper]["title"], first_sentence(edge)]
        for dataset in named(g, "Dataset", p["dataset"])
        for paper, edge in into(g, dataset, "EVALUATES_ON")
        if year(g, paper) >= p["since"]
        for method, _ in out(g, paper, "INTRODUCES")
        if g.nodes[method]["type"] == "Method"
    ]


@answers("04")
def _accelerators(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [edge["count"], g.nodes[h]["name"], g.nodes[paper]["title"], g.nodes[paper].get("year"), first_sentence(edge)]
        for h in of_type(g, "Hardware")
        for chain in chains(g, h, 0, 2)
        if g.nodes[chain[-1]]["name"] in p["hardware"]
        for paper, edge in into(g, h, "RUNS_ON")
        if edge.get("count") is not None
    ]


@answers("05")
def _never_used(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [g.nodes[paper]["year"], g.nodes[method]["name"], g.nodes[paper]["title"]]
        for method in of_type(g, "Method")
        for paper, _ in into(g, method, "INTRODUCES")
        if "year" in g.nodes[paper] and year(g, paper) <= p["until"]
        if {other for other, _ in into(g, method, "INTRODUCES", "USES", "COMPARES_WITH")} == {paper}
        if not any(g.nodes[variant]["type"] == "Method" for variant, _ in into(g, method, "VARIANT_OF"))
    ]


@answers("06")
def _evidence(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [key, e["text"], e["sentence"], e["field"], e["start"], e["extractor"], e["confidence"]]
        for paper, target, key, edge in g.edges(keys=True, data=True)
        if g.nodes[paper].get("title") == p["paper"] and g.nodes[target]["name"] == p["entity"]
        for e in edge["evidence"]
    ]


@answers("07")
def _paths(g: Any, p: dict[str, Any]) -> Rows:
    undirected: Any = nx.MultiGraph(g.edges(keys=False))
    (start,), (end,) = named(g, "Method", p["from"]), named(g, "Method", p["to"])
    return [
        [path]
        for path in nx.all_shortest_paths(nx.Graph(undirected), start, end)
        for _ in range(math.prod(undirected.number_of_edges(a, b) for a, b in pairwise(path)))
    ]


@answers("08")
def _baselines(g: Any, p: dict[str, Any]) -> Rows:
    rows = []
    for method in of_type(g, "Method"):
        papers = [paper for paper, _ in into(g, method, "COMPARES_WITH")]
        years = [g.nodes[paper]["year"] for paper in papers if g.nodes[paper].get("year") is not None]
        if len(papers) >= p["at_least"]:
            rows.append([g.nodes[method]["name"], len(papers), min(years), max(years)])
    return rows


@answers("09")
def _by_year(g: Any, p: dict[str, Any]) -> Rows:
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for h in of_type(g, "Hardware"):
        for paper, _ in into(g, h, "RUNS_ON"):
            if g.nodes[h]["named"] and year(g, paper) >= p["since"]:
                counts[year(g, paper), g.nodes[h]["name"]] += 1
    return [[*key, count] for key, count in counts.items()]


@answers("10")
def _variants(g: Any, p: dict[str, Any]) -> Rows:
    roots = set(named(g, "Method", p["method"]))
    return [[chain] for method in of_type(g, "Method") for chain in chains(g, method, 1, 4) if chain[-1] in roots]


@answers("11")
def _code(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [g.nodes[paper].get("year"), g.nodes[paper]["title"], g.nodes[code]["url"]]
        for task in named(g, "Task", p["task"])
        for paper, _ in into(g, task, "ADDRESSES")
        for code, _ in out(g, paper, "HAS_CODE")
    ]


@answers("12")
def _co_authors(g: Any, p: dict[str, Any]) -> Rows:
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for method in named(g, "Method", p["method"]):
        for paper, _ in into(g, method, "INTRODUCES", "USES"):
            for a, b in combinations(sorted(author for author, _ in out(g, paper, "AUTHORED_BY")), 2):
                shared[g.nodes[a]["name"], g.nodes[b]["name"]].add(paper)
    return [[a, b, len(papers)] for (a, b), papers in shared.items() if len(papers) >= p["at_least"]]


@answers("13")
def _values(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [
            edge["value"],
            g.nodes[dataset]["name"],
            g.nodes[paper]["title"],
            g.nodes[paper].get("year"),
            first_sentence(edge),
        ]
        for metric in named(g, "Metric", p["metric"])
        for paper, edge in into(g, metric, "REPORTS")
        if edge.get("value") is not None
        for dataset, _ in out(g, paper, "EVALUATES_ON")
    ]


@answers("14")
def _use_by_year(g: Any, p: dict[str, Any]) -> Rows:
    roots = set(named(g, "Method", p["method"]))
    papers: dict[int, set[str]] = defaultdict(set)
    variants: dict[int, set[str]] = defaultdict(set)
    for variant in of_type(g, "Method"):
        if any(chain[-1] in roots for chain in chains(g, variant, 0, 4)):
            for paper, _ in into(g, variant, "USES", "COMPARES_WITH"):
                papers[g.nodes[paper].get("year")].add(paper)
                variants[g.nodes[paper].get("year")].add(variant)
    return [[when, len(found), len(variants[when])] for when, found in papers.items()]


@answers("15")
def _around(g: Any, p: dict[str, Any]) -> Rows:
    return [
        [method, [paper, r["type"], method], paper, [paper, s["type"], entity], entity]
        for method in named(g, "Method", p["method"])
        for paper, r in into(g, method, "INTRODUCES", "USES", "COMPARES_WITH")
        for entity, s in out(g, paper, "EVALUATES_ON", "TRAINS_ON", "RUNS_ON", "ADDRESSES")
    ]


@answers("16")
def _makers(g: Any, p: dict[str, Any]) -> Rows:
    papers: dict[str, set[str]] = defaultdict(set)
    products: dict[str, set[str]] = defaultdict(set)
    for h in of_type(g, "Hardware"):
        for maker, _ in out(g, h, "MADE_BY"):
            for paper, _ in into(g, h, "RUNS_ON"):
                if year(g, paper) >= p["since"]:
                    papers[g.nodes[maker]["name"]].add(paper)
                    products[g.nodes[maker]["name"]].add(h)
    return [[maker, len(found), len(products[maker])] for maker, found in papers.items()]
