"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.neo4j.server import Server

# The same examples every time: a red run can be repeated, a green one stays green.
settings.register_profile("kg", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("kg")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of sample inputs, written for the tests."""
    return Path(__file__).parent / "samples"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The project's shared folder, which is no part of the repository: ``KG_SHARED``, else ``../shared``."""
    folder = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        reason = f"{folder} is missing; name the shared folder in KG_SHARED"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Server]:
    """A running Neo4j server (see tests/neo4j/server.py), one a session."""
    from tests.maven import UnavailableError
    from tests.neo4j.server import obtain

    try:
        server = obtain()
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Neo4j server: {error}")
        pytest.skip(f"no Neo4j server: {error}")
    yield server
    server.stop()
