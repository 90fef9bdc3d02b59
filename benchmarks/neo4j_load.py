"""How fast a graph gets into a Neo4j server, against a bare loop that sends the same rows.

    NEO4J_PASSWORD=... python -m benchmarks.neo4j_load --uri bolt://localhost:7687 WORKSPACE ...

The server's database is emptied before each run. Each contender is run once unmeasured for warming up on the first
workspace, then all in turn on every workspace, ``--repeat`` times; the median by edges/s is printed. For ``kg``
the time includes reading and parsing the export; the reconciliation is ``check_s``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import IO, Any

import neo4j

from kg.exporters import neo4j_cypher as cypher
from kg.exporters.neo4j import Login, load_lines
from kg.workspace import Workspace

BATCH = 5000


def empty(driver: neo4j.Driver) -> None:
    with driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()


def bare_rows(folder: Path) -> tuple[dict[str, list[dict[str, Any]]], dict[tuple[str, str, str], list[dict[str, Any]]]]:
    """The rows of nodes by label and of edges by type and ends, as property maps, all in memory."""
    labels: dict[str, str] = {}
    nodes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    edges: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    with Workspace(folder).open_graph() as lines:
        for line in lines:
            value = json.loads(line)
            if "source" not in value:
                labels[value["id"]] = value["type"]
                plain = {name: value[name] for name in ("id", "name", "aliases", "named", "kind")}
                nodes[value["type"]].append({**plain, **value["properties"], "graph": "kg"})
                continue
            lists = {
                name: [json.dumps(piece[key]) if key == "attributes" else piece[key] for piece in value["evidence"]]
                for name, key in cypher.EVIDENCE.items()
            }
            ends = (labels[value["source"]], value["type"], labels[value["target"]])
            properties = {"graph": "kg", "confidence": value["confidence"], **value["properties"], **lists}
            edges[ends].append({"a": value["source"], "b": value["target"], "p": properties})
    return nodes, edges


def bare_loop(driver: neo4j.Driver, folder: Path) -> dict[str, float]:
    """Constraints, then UNWIND, MATCH, MATCH, MERGE, SET in batches with the official driver; rows made beforehand."""
    nodes, edges = bare_rows(folder)
    for statement in (*cypher.schema_statements(), cypher.AWAIT_INDEXES):
        driver.execute_query(statement)
    start = time.perf_counter()
    with driver.session() as session:
        for label, some in nodes.items():
            send(session, f"UNWIND $rows AS row MERGE (n:{label} {{id: row.id}}) SET n += row", some)
        middle = time.perf_counter()
        for (source, type, target), rows in edges.items():
            ends = f"MATCH (a:{source} {{id: row.a}}) MATCH (b:{target} {{id: row.b}})"
            send(session, f"UNWIND $rows AS row {ends} MERGE (a)-[r:{type}]->(b) SET r += row.p", rows)
    return {"nodes_s": middle - start, "edges_s": time.perf_counter() - middle}


def send(session: neo4j.Session, query: str, rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), BATCH):
        part = rows[first : first + BATCH]
        session.execute_write(lambda tx: tx.run(query, rows=part).consume())  # noqa: B023 - run at once


def kg_loader(uri: str, user: str, folder: Path) -> dict[str, float]:
    """``load_lines`` as ``kg export neo4j`` calls it."""
    workspace = Workspace(folder)
    nodes = sum(workspace.manifest()["counts"]["entities"].values())
    with workspace.open_graph() as source:
        return timed_load(source, Login(uri, os.environ["NEO4J_PASSWORD"], user), nodes)


def timed_load(source: IO[bytes], login: Login, node_count: int) -> dict[str, float]:
    """``load_lines`` of a canonical export; seconds of its nodes, edges and final check."""
    times: dict[str, float] = {}
    done = 0

    def stage(name: str, _total: int) -> Any:
        times[name] = time.perf_counter()

        def count(rows: int) -> None:
            nonlocal done
            done += rows
            if done == node_count:
                times["edges"] = time.perf_counter()

        return count

    def lines() -> IO[bytes]:
        source.seek(0)
        return source

    load_lines(lines, login, on_stage=stage)
    end = time.perf_counter()
    return {
        "nodes_s": times["edges"] - times["loading"],
        "edges_s": times["checking"] - times["edges"],
        "check_s": end - times["checking"],
    }


def measure(contender: str, arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One run in a process of its own, for its peak memory."""
    command = [sys.executable, "-m", "benchmarks.neo4j_load", "--uri", arguments.uri, "--user", arguments.user]
    command += ["--server-pid", str(arguments.server_pid)] if arguments.server_pid else []
    done = subprocess.run([*command, "--one", contender, str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def cpu_of(pid: int | None) -> float:
    """Processor time of the server in seconds, which other programs on the machine change little."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def one(arguments: argparse.Namespace) -> None:
    folder = arguments.workspaces[0]
    with neo4j.GraphDatabase.driver(arguments.uri, auth=(arguments.user, os.environ["NEO4J_PASSWORD"])) as driver:
        if not arguments.one.endswith("again"):
            empty(driver)
        before, server_before = time.process_time(), cpu_of(arguments.server_pid)
        bare = arguments.one.startswith("bare")
        times = bare_loop(driver, folder) if bare else kg_loader(arguments.uri, arguments.user, folder)
        stored = driver.execute_query("MATCH ()-[r]->() RETURN count(r)").records[0][0]
    counts = Workspace(folder).manifest()["counts"]
    edges = sum(counts["relations"].values())
    assert stored == edges, (stored, edges)
    found = {
        "contender": arguments.one,
        "papers": counts["entities"]["Paper"],
        "nodes": sum(counts["entities"].values()),
        "edges": edges,
        **{name: round(seconds, 2) for name, seconds in times.items()},
        "edges_per_s": round(edges / times["edges_s"]),
        "edges_per_s_with_check": round(edges / (times["edges_s"] + times.get("check_s", 0))),
        "client_cpu_s": round(time.process_time() - before, 1),
        "server_cpu_s": round(cpu_of(arguments.server_pid) - server_before, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--uri", required=True)
    parser.add_argument("--user", default="neo4j")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--server-pid", type=int, help="process of the server, for its processor time")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("workspaces", nargs="+", type=Path)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments)
        return
    for contender in ("bare", "kg"):
        measure(contender, arguments, arguments.workspaces[0])
    for folder in arguments.workspaces:
        runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for _ in range(arguments.repeat):
            for contender in ("bare", "bare again", "kg", "kg again"):
                runs[contender].append(measure(contender, arguments, folder))
        for some in runs.values():
            middle = sorted(some, key=lambda run: run["edges_per_s"])[len(some) // 2]
            print(json.dumps(middle), flush=True)


if __name__ == "__main__":
    main()
