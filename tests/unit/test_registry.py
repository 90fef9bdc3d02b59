"""The lazy registry."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.errors import UsageError
from kg.protocols import Exporter, Reader
from kg.registry import EXPORTERS, READERS, Registry

GROUP = "kg.test-things"


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path with a distribution whose entry points a test writes."""
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    (tmp_path / "kg_test_thing.py").write_text("THING = 'from a plug-in'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield info / "entry_points.txt"
    sys.modules.pop("kg_test_thing", None)


def registry(**builtin: str) -> Registry[Any]:
    return Registry("thing", builtin, GROUP)


def test_a_builtin_is_imported_when_asked_for() -> None:
    things = registry(join="posixpath:join", nowhere="no_such_module:x")
    assert things.names() == ["join", "nowhere"]
    assert things.get("join")("a", "b") == "a/b"
    assert things.get("join") is things.get("join")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="unknown thing 'foo'; known: a, b"):
        registry(b="x:y", a="x:y").get("foo")


@pytest.mark.parametrize("target", ["no_such_module:x", "posixpath:no_such_attribute"])
def test_what_cannot_be_imported_is_one_line(target: str) -> None:
    with pytest.raises(UsageError, match="cannot load the thing 'broken'"):
        registry(broken=target).get("broken")


def test_entry_points_add_names(plugin: Path) -> None:
    plugin.write_text(f"[{GROUP}]\nextra = kg_test_thing:THING\n")
    things = registry(join="posixpath:join")
    assert things.names() == ["extra", "join"]
    assert things.get("extra") == "from a plug-in"


def test_an_entry_point_may_repeat_a_builtin(plugin: Path) -> None:
    plugin.write_text(f"[{GROUP}]\njoin = posixpath:join\n")
    assert list(registry(join="posixpath:join")) == [registry(join="posixpath:join").get("join")]


def test_an_entry_point_may_not_replace_a_builtin(plugin: Path) -> None:
    plugin.write_text(f"[{GROUP}]\njoin = kg_test_thing:THING\n")
    with pytest.raises(UsageError, match="two things are called 'join': posixpath:join and kg_test_thing:THING"):
        registry(join="posixpath:join").names()


def test_the_builtin_readers_and_exporters_keep_their_protocols() -> None:
    assert all(isinstance(reader, Reader) for reader in READERS)
    assert all(isinstance(exporter, Exporter) for exporter in EXPORTERS)
    assert [reader.name for reader in READERS] == READERS.names()
    assert [exporter.name for exporter in EXPORTERS] == EXPORTERS.names()
