"""A real Neo4j server: named by ``KG_TEST_NEO4J_URI``, else in Docker, else on Java with the jars of Maven Central.

    python -m tests.neo4j.server [HOME]     what `make neo4j` runs: a server for a person, until Ctrl-C

A server that is started here has a home, a configuration and loopback ports of its own, and is stopped at the end. One
that is only named is refused unless its database is empty or was left by these tests: nothing of others is wiped.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from tests.maven import UnavailableError, fetched_jars

VERSION = "5.26.30"
IMAGE = "neo4j:5.26-community"
MARK = "KgTestDatabase"
"""Label of the node that says: this database belongs to these tests."""

_POM = Path(__file__).with_name("pom.xml")
_STARTING_S = 120.0
_CONFIG = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "true",
    "server.https.enabled": "false",
    "server.memory.pagecache.size": "256m",
    "dbms.usage_report.enabled": "false",
    "server.backup.enabled": None,
    "db.tx_log.preallocate": "false",
}


class RefusedError(Exception):
    """The server that was named holds data of others."""


class Server(Protocol):
    """A server that tests may use."""

    uri: str
    http: str
    user: str
    password: str
    can_restart: bool

    @property
    def auth(self) -> tuple[str, str]: ...

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def stop(self) -> None: ...


def wait_for_query(uri: str, auth: tuple[str, str], process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until the server answers a query over Bolt.

    Raises:
        UnavailableError: if it ends, or does not answer in two minutes.
    """
    deadline = time.monotonic() + _STARTING_S
    while True:
        try:
            with neo4j.GraphDatabase.driver(uri, auth=auth, connection_timeout=5) as driver:
                driver.verify_connectivity()
            return
        except (DriverError, Neo4jError, OSError) as error:
            if process is not None and process.poll() is not None:
                raise UnavailableError(f"the server ended with code {process.returncode}") from error
            if time.monotonic() > deadline:
                raise UnavailableError(f"no answer from {uri} in {_STARTING_S:.0f} s: {error}") from error
            time.sleep(0.3)


def free_ports(count: int) -> list[int]:
    """Loopback ports that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


# Java


def jars() -> Path:
    """The folder of the server's jars, fetched by Maven once.

    Raises:
        UnavailableError: without Java and Maven, or if the download fails.
    """
    return fetched_jars(f"neo4j-{VERSION}", _POM)


class JavaServer:
    """Neo4j Community in a home of its own; with the plugins of a folder that ``KG_TEST_NEO4J_JARS`` names.

    Args:
        home: Its folder; made where missing. ``None``: a temporary one that ``stop`` removes.
        password: Of the user ``neo4j``; default: a random one.
        config: Further settings; None as a value leaves a setting out.
    """

    can_restart = True
    user = "neo4j"

    def __init__(
        self, home: Path | None = None, *, password: str | None = None, config: Mapping[str, str | None] | None = None
    ) -> None:
        if shutil.which("java") is None:
            raise UnavailableError("Java 17 or newer is not installed")
        self._lib = jars()
        self._temporary = home is None
        self.home = (home or Path(tempfile.mkdtemp(prefix="kg-neo4j-"))).absolute()
        self.password = password or os.environ.get("KG_TEST_NEO4J_PASSWORD") or secrets.token_hex(12)
        bolt, http = free_ports(2)
        self.uri, self.http = f"bolt://127.0.0.1:{bolt}", f"http://127.0.0.1:{http}"
        self._ports = {
            "server.bolt.listen_address": f"127.0.0.1:{bolt}",
            "server.bolt.advertised_address": f"127.0.0.1:{bolt}",
            "server.http.listen_address": f"127.0.0.1:{http}",
            "server.http.advertised_address": f"127.0.0.1:{http}",
        }
        self.config = dict(config or {})
        self._plugins = os.environ.get("KG_TEST_NEO4J_JARS")
        if self._plugins:
            self.config = {"server.directories.plugins": self._plugins, **self.config}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def auth(self) -> tuple[str, str]:
        """User and password."""
        return self.user, self.password

    @property
    def log(self) -> Path:
        """What the server writes to its standard output."""
        return self.home / "logs" / "console.log"

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def _java(self, *arguments: str) -> list[str]:
        classes = f"{self._lib}/*" + (f":{self._plugins}/*" if self._plugins else "")
        return ["java", "-Xmx1g", "-cp", classes, *arguments]

    def admin(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run ``neo4j-admin`` on this home; the server must be stopped for most of its commands."""
        self._write_config()
        command = self._java("org.neo4j.server.startup.Neo4jAdminCommand", *arguments)
        environment = {**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        return subprocess.run(command, env=environment, capture_output=True, text=True, **options)

    def _write_config(self) -> None:
        for name in ("conf", "logs", "data", "import", "plugins"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        settings = {**_CONFIG, **self._ports, **self.config}
        lines = [f"{name}={value}\n" for name, value in settings.items() if value is not None]
        (self.home / "conf" / "neo4j.conf").write_text("".join(lines), encoding="utf-8")

    def start(self) -> None:
        """Start it and wait until it answers a query."""
        assert self._process is None, "it runs"
        self._write_config()
        if not (self.home / "data" / "dbms" / "auth.ini").exists() and not (self.home / ".password-set").exists():
            done = self.admin("dbms", "set-initial-password", self.password)
            if done.returncode:
                raise UnavailableError(f"cannot set the password: {done.stderr.strip()[-300:]}")
            (self.home / ".password-set").touch()
        command = self._java(
            "org.neo4j.server.CommunityEntryPoint", f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}"
        )
        if setpriv := shutil.which("setpriv"):  # so that it ends with the process that started it, however that ends
            command = [setpriv, "--pdeathsig", "TERM", *command]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            wait_for_query(self.uri, self.auth, self._process)
        except BaseException as error:
            self._end(self._process.kill)
            if isinstance(error, UnavailableError):
                raise UnavailableError(f"{error}\n{self.log.read_text(errors='replace')[-2000:]}") from error
            raise

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        assert self._process is not None
        self._end(self._process.kill)

    def halt(self) -> None:
        """Stop it and keep its home, so that it can be started again."""
        if self._process is not None:
            self._end(self._process.terminate)

    def stop(self) -> None:
        """Stop it for good."""
        if not self._temporary:
            self.halt()
            return
        if self._process is not None:
            self.kill()  # nobody will miss what it has not written
        shutil.rmtree(self.home, ignore_errors=True)

    def _end(self, how: Any) -> None:
        process, self._process = self._process, None
        assert process is not None
        how()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# Docker


class DockerServer:
    """Neo4j in a container that is removed at the end."""

    can_restart = True
    user = "neo4j"

    def __init__(self, *, password: str | None = None) -> None:
        if shutil.which("docker") is None or _docker("info", check=False).returncode:
            raise UnavailableError("no Docker engine is running")
        self.password = password or secrets.token_hex(12)
        bolt, http = free_ports(2)
        self.uri, self.http = f"bolt://127.0.0.1:{bolt}", f"http://127.0.0.1:{http}"
        self._name = f"kg-neo4j-{secrets.token_hex(4)}"
        created = _docker(
            *("create", "--name", self._name, "-e", f"NEO4J_AUTH=neo4j/{self.password}"),
            *("-p", f"127.0.0.1:{bolt}:7687", "-p", f"127.0.0.1:{http}:7474", IMAGE),
            check=False,
        )
        if created.returncode:
            raise UnavailableError(f"Docker cannot get {IMAGE}: {created.stderr.strip()[-300:]}")

    @property
    def auth(self) -> tuple[str, str]:
        """User and password."""
        return self.user, self.password

    def start(self) -> None:
        """Start it and wait until it answers a query."""
        _docker("start", self._name)
        wait_for_query(self.uri, self.auth)

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        _docker("kill", self._name)

    def stop(self) -> None:
        """Remove it with its data."""
        _docker("rm", "--force", "--volumes", self._name, check=False)


def _docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=check, timeout=600)


# A server of somebody


class NamedServer:
    """The server of ``KG_TEST_NEO4J_URI``, with ``KG_TEST_NEO4J_USER`` and ``KG_TEST_NEO4J_PASSWORD``."""

    can_restart = False
    http = ""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.user = os.environ.get("KG_TEST_NEO4J_USER", "neo4j")
        self.password = os.environ.get("KG_TEST_NEO4J_PASSWORD", "")

    @property
    def auth(self) -> tuple[str, str]:
        """User and password."""
        return self.user, self.password

    def start(self) -> None:
        """Look whether the tests may write there, and mark it.

        Raises:
            RefusedError: if its database is neither empty nor marked.
            UnavailableError: if it does not answer.
        """
        try:
            with neo4j.GraphDatabase.driver(self.uri, auth=self.auth, connection_timeout=10) as driver:
                query = f"OPTIONAL MATCH (n) RETURN count(n) AS nodes, count(CASE WHEN n:{MARK} THEN 1 END) AS marks"
                nodes, marks = driver.execute_query(query).records[0]
                if nodes and not marks:
                    raise RefusedError(f"the database at {self.uri} holds {nodes} nodes that are not of these tests")
                driver.execute_query(f"MERGE (:{MARK})")
        except (DriverError, Neo4jError, OSError) as error:
            raise UnavailableError(f"KG_TEST_NEO4J_URI: {error}") from error

    def kill(self) -> None:
        """Not ours to end."""
        raise AssertionError

    def stop(self) -> None:
        """Leave it as it was found: empty."""
        with neo4j.GraphDatabase.driver(self.uri, auth=self.auth) as driver:
            driver.execute_query("MATCH (n) DETACH DELETE n")


def obtain() -> Server:
    """A started server, by the first way that works.

    Raises:
        UnavailableError: if none does; the message names each reason.
        RefusedError: if the named server holds data of others.
    """
    if uri := os.environ.get("KG_TEST_NEO4J_URI"):
        server: Server = NamedServer(uri)
        server.start()
        return server
    reasons = []
    for way in (DockerServer, JavaServer):
        try:
            server = way()
        except UnavailableError as error:
            reasons.append(str(error))
            continue
        try:
            server.start()
        except UnavailableError as error:
            server.stop()
            reasons.append(str(error))
            continue
        return server
    raise UnavailableError("; ".join(reasons))


def main(arguments: list[str]) -> None:
    """Run a server for a person until Ctrl-C."""
    home = Path(arguments[0]) if arguments else None
    password = os.environ.get("NEO4J_PASSWORD") or secrets.token_hex(12)
    server = JavaServer(home, password=password)
    server.start()
    shown = "$NEO4J_PASSWORD" if os.environ.get("NEO4J_PASSWORD") else password
    sys.stdout.write(
        f"Neo4j {VERSION} runs; Ctrl-C stops it{'' if home else ' and removes its data'}\n"
        f"  Bolt      {server.uri}\n"
        f"  Browser   {server.http}/browser/\n"
        f"  user      {server.user}\n"
        f"  password  {shown}\n"
        f"  log       {server.log}\n"
        f"load a graph:  NEO4J_PASSWORD={shown} kg export neo4j FOLDER --uri {server.uri}\n"
    )
    sys.stdout.flush()
    try:
        while server._process is not None and server._process.poll() is None:
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
