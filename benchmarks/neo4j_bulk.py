"""How fast a graph gets into an empty Neo4j database: files and ``neo4j-admin`` against the online load.

    python -m benchmarks.neo4j_bulk WORKSPACE ...

Starts servers of its own (tests/neo4j/server.py). One JSON line a workspace: edges/s of the file writer (it writes the
nodes in that time, too), its peak memory in MB, seconds of ``database import full`` with the start of its Java, seconds
from the start of the server until constraints and indexes are online, and seconds of ``kg export neo4j`` into an empty,
warmed-up server.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import neo4j

from kg.exporters.neo4j import Login, load_lines
from kg.exporters.neo4j_cypher import schema_statements
from kg.workspace import Workspace
from tests.neo4j.server import JavaServer

_WRITE = """
import re, sys, time
from pathlib import Path
from kg.exporters.neo4j_admin import write_import_files
from kg.workspace import Workspace
with Workspace(sys.argv[1]).open_graph() as source:
    start = time.perf_counter()
    def lines():
        source.seek(0)
        return source
    summary = write_import_files(lines, Path(sys.argv[2]), workers=int(sys.argv[3]))
    taken = time.perf_counter() - start
print(sum(summary.nodes.values()), sum(summary.relations.values()), taken,
      int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def write_files(workspace: str, target: Path, workers: int) -> tuple[int, int, float, float]:
    """Nodes, edges, seconds and peak MB of the best of three runs, each in a process of its own."""
    runs = []
    for _ in range(3):
        command = [sys.executable, "-c", _WRITE, workspace, str(target), str(workers)]
        nodes, edges, seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        runs.append((int(nodes), int(edges), float(seconds), float(peak)))
    return min(runs, key=lambda run: run[2])


def bulk(files: Path) -> tuple[float, float]:
    """Seconds of the import, and of the start of the server with constraints and indexes."""
    server = JavaServer()
    server._write_config()
    program = server.home / "neo4j-admin"
    java = f"exec java -Xmx1g -cp '{server._lib}/*' org.neo4j.server.startup.Neo4jAdminCommand"
    program.write_text(f'#!/bin/sh\n{java} "$@"\n')
    program.chmod(0o755)
    homes = {"NEO4J_HOME": str(server.home), "NEO4J_CONF": str(server.home / "conf"), "NEO4J_ADMIN": str(program)}
    start = time.perf_counter()
    subprocess.run([files / "import.sh"], env={**os.environ, **homes}, capture_output=True, check=True)
    imported = time.perf_counter()
    server.start()
    try:
        with neo4j.GraphDatabase.driver(server.uri, auth=server.auth) as driver:
            for statement in schema_statements():
                driver.execute_query(statement)
            driver.execute_query("CALL db.awaitIndexes(600)")
        return imported - start, time.perf_counter() - imported
    finally:
        server.kill()
        server.stop()


def online(workspace: str, server: JavaServer) -> float:
    """Seconds of the online load into an empty database."""
    with neo4j.GraphDatabase.driver(server.uri, auth=server.auth) as driver, driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
    with Workspace(workspace).open_graph() as source:

        def lines() -> Any:
            source.seek(0)
            return source

        start = time.perf_counter()
        load_lines(lines, Login(server.uri, server.password), "kg")
        return time.perf_counter() - start


def main(workspaces: list[str]) -> None:
    scratch = Path(tempfile.mkdtemp(prefix="kg-bulk-"))
    server = JavaServer()
    try:
        server.start()
        online(workspaces[0], server)  # warms the server up
        for workspace in workspaces:
            alone = write_files(workspace, scratch / "files", 1)[2]
            nodes, edges, seconds, peak = write_files(workspace, scratch / "files", os.cpu_count() or 1)
            load, start = bulk(scratch / "files")
            sent = online(workspace, server)
            row = {
                "workspace": workspace,
                "nodes": nodes,
                "edges": edges,
                "files_s": round(seconds, 2),
                "files_edges_per_s": round(edges / seconds),
                "files_edges_per_s_one_process": round(edges / alone),
                "files_peak_mb": round(peak),
                "import_s": round(load, 1),
                "start_and_schema_s": round(start, 1),
                "online_s": round(sent, 1),
                "online_edges_per_s": round(edges / sent),
                "files_and_import_times_faster": round(sent / (seconds + load), 1),
            }
            print(json.dumps(row), flush=True)
    finally:
        server.kill()
        server.stop()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
