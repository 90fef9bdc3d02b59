"""A connection to a Neo4j server: opened with clear errors, patient with a server that goes away and comes back."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from kg.console import one_line
from kg.errors import KgError, ServiceError, UsageError

if TYPE_CHECKING:
    import neo4j

__all__ = ["Connection", "Login"]

T = TypeVar("T")
_SCHEMES = "bolt://HOST:7687 or neo4j://HOST:7687; with TLS bolt+s:// or neo4j+s://"
_URI = re.compile(r"(?:bolt|neo4j)(?:\+s|\+ssc)?://[^/]", re.IGNORECASE)
_OLDEST = 5
_FETCH = 5000
_PAUSE_S = 1.0
# The driver tells a log of every attempt; without a handler Python would write it to standard error.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Login:
    """Where a database is, and who asks.

    Attributes:
        uri: ``bolt://...`` or ``neo4j://...``, with ``+s`` for TLS.
        database: Its name; None: the user's home database.
        patience_s: How long to wait for a server that has answered before and does not now.
    """

    uri: str
    password: str = field(repr=False)
    user: str = "neo4j"
    database: str | None = None
    patience_s: float = 300.0


class Connection:
    """A context that holds a driver. Every piece of work is a transaction that is tried again where that can help.

    Raises:
        UsageError: on entering, if the URI is not one.
        ServiceError: on entering, if the server cannot be reached, refuses the login, has no such
            database, or is too old.
    """

    def __init__(self, login: Login) -> None:
        self.login = login
        self._driver: neo4j.Driver | None = None
        self._bookmarks: neo4j.Bookmarks | None = None  # so that in a cluster we read what we wrote

    def __enter__(self) -> Connection:
        import neo4j
        from neo4j.exceptions import ConfigurationError

        login = self.login
        if not _URI.match(login.uri):
            raise _no_address(login.uri)
        try:
            self._driver = neo4j.GraphDatabase.driver(
                login.uri,
                auth=(login.user, login.password),
                connection_timeout=15.0,
                connection_acquisition_timeout=30.0,
                max_transaction_retry_time=0.0,  # tried again here, where a commit of unknown fate is too
                user_agent="paper-kg",
            )
        except (ConfigurationError, ValueError) as error:
            raise _no_address(login.uri) from error
        try:
            self._greet()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _greet(self) -> None:
        """Look who answers; nothing is tried again, since nothing has worked before."""
        with self._translated(), self._session() as session:
            agent = session.run("RETURN 1").consume().server.agent
        version = re.match(r"Neo4j/(\d+)", agent)
        if version and int(version[1]) < _OLDEST:
            raise ServiceError(f"{self.login.uri} runs {agent.replace('/', ' ')}: Neo4j {_OLDEST} or newer is needed")

    def _session(self) -> neo4j.Session:
        assert self._driver is not None, "used outside its context"  # noqa: S101
        return self._driver.session(database=self.login.database, fetch_size=_FETCH, bookmarks=self._bookmarks)

    def write(self, query: str, **parameters: Any) -> list[neo4j.Record]:
        """Run a query that writes, in a transaction of its own. It must do no harm when done twice."""
        return self.transaction(lambda tx: list(tx.run(query, parameters)))

    def transaction(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Do work in a transaction that writes. It must do no harm when done twice."""
        return self._patiently(lambda session: session.execute_write(work))

    def read(self, query: str, handle: Callable[[Iterator[Any]], T], **parameters: Any) -> T:
        """Give the records of a query, as they come, to a function that can begin again."""
        return self._patiently(lambda session: session.execute_read(lambda tx: handle(iter(tx.run(query, parameters)))))

    def auto_commit(self, query: str) -> None:
        """Run a query outside of managed transactions (changes of the schema, waiting for indexes)."""
        self._patiently(lambda session: session.run(query).consume())

    def _patiently(self, work: Callable[[neo4j.Session], T]) -> T:
        """Do work again while the failure is one that passes, for ``patience_s`` seconds without success."""
        from neo4j.exceptions import DriverError, Neo4jError

        deadline = time.monotonic() + self.login.patience_s
        while True:
            try:
                with self._session() as session:
                    result = work(session)
                    self._bookmarks = session.last_bookmarks()
                return result
            except (DriverError, Neo4jError, OSError) as error:
                if not _passes(error) or time.monotonic() > deadline:
                    raise self._translation(error) from error
            except (TypeError, ValueError, OverflowError) as error:
                raise UsageError(f"Neo4j cannot hold a value of the graph: {one_line(str(error))[:200]}") from error
            time.sleep(_PAUSE_S)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        from neo4j.exceptions import DriverError, Neo4jError

        try:
            yield
        except (DriverError, Neo4jError, OSError) as error:
            raise self._translation(error) from error
        except ValueError as error:  # a name or a port that cannot be one
            raise _no_address(self.login.uri) from error

    def _translation(self, error: Exception) -> KgError:
        """An error of the driver or the server as one line of this package."""
        login = self.login
        code = str(getattr(error, "code", None) or "").rpartition(".")[2]
        message = one_line(str(getattr(error, "message", None) or error))
        database = f"the database {login.database!r}" if login.database else "the database"
        known = {
            "Unauthorized": f"{login.uri} refuses the user {login.user!r}: wrong name or password",
            "AuthenticationRateLimit": f"{login.uri} refuses {login.user!r} for a while: too many wrong passwords",
            "CredentialsExpired": f"{login.user!r} must change the password first (ALTER CURRENT USER SET PASSWORD)",
            "DatabaseNotFound": f"{login.uri} has no database {login.database!r}",
            "ForbiddenOnReadOnlyDatabase": f"{database} at {login.uri} is read-only",
            "WriteOnReadOnlyAccessDatabase": f"{database} at {login.uri} is read-only",
            "Forbidden": f"the user {login.user!r} may not do this at {login.uri}: {message[:200]}",
        }
        if code in known:
            return ServiceError(known[code])
        if _DISK_FULL.search(message):
            return ServiceError(
                f"{login.uri} cannot write: the disk of the server is full or fails (its log says more)"
            )
        if not code:
            return ServiceError(f"no answer from {login.uri}: {_reason(message)}")
        return ServiceError(f"{login.uri} failed with {code}: {message[:300]}")


def _no_address(uri: str) -> UsageError:
    return UsageError(f"{uri!r} is no address of a Neo4j server: {_SCHEMES}")


def _reason(message: str) -> str:
    """What is wrong with a connection, out of the driver's list of attempts."""
    system = re.search(r"\[Errno -?\d+\] ([^)\]]+)", message)
    if system:
        return system[1]
    if "looks like HTTP" in message:
        return "this is its port for HTTP; Bolt is another one (7687 by default)"
    if "SSL" in message or "TLS" in message:
        return f"TLS failed; a server without TLS has an address without +s ({message[:150]})"
    return message[:200]


_DISK_FULL = re.compile(r"no space left|could not append transaction|disk (?:is )?full", re.IGNORECASE)


def _passes(error: Exception) -> bool:
    """Whether the same work may succeed later: the server is starting, a lock was contended, a connection broke."""
    from neo4j.exceptions import IncompleteCommit, Neo4jError, ServiceUnavailable, SessionExpired

    if isinstance(error, Neo4jError):
        return bool(error.is_retryable()) and not _DISK_FULL.search(str(error))
    return isinstance(error, (ServiceUnavailable, SessionExpired, IncompleteCommit, OSError))
