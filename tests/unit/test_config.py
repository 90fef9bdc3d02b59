"""The configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.config import Config, read_config
from kg.errors import ConfigError
from kg.vocabulary import SEEDS


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "kg.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_without_a_file_the_defaults_hold() -> None:
    assert (
        read_config(None)
        == Config()
        == Config(seeds=SEEDS, components=None, settings={}, model=None, batch_size=32, workers=0)
    )


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Config()


def test_all_keys(tmp_path: Path) -> None:
    text = (
        f'seeds = "{tmp_path}"\nmodel = "none"\ncomponents = ["kg_entities", "kg_cues"]\nbatch_size = 3\nworkers = 2\n'
        "[settings.kg_entities]\nspans = 'sc'\n"
    )
    expected = Config(
        seeds=tmp_path,
        components=("kg_entities", "kg_cues"),
        settings={"kg_entities": {"spans": "sc"}},
        model="none",
        batch_size=3,
        workers=2,
    )
    assert read(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wrokers = 2", "wrokers: Extra inputs are not permitted (known keys: "),
        ("workers = -1", "workers: "),
        ("workers = 5000", "workers: "),
        ('workers = "2"', "workers: "),
        ("workers = true", "workers: "),
        ("batch_size = 0", "batch_size: "),
        ("batch_size = 2.5", "batch_size: "),
        ('components = "kg_links"', "components: "),
        ("components = [1]", "components.0: "),
        ("[settings]\nkg_links = 1", "settings.kg_links: "),
        ("seeds = 1", "seeds: "),
        ('model = "no/such/folder"', "model: no/such/folder is not a folder (or say 'none' for rules alone)"),
        ('seeds = "no/such/folder"', "seeds: no/such/folder is not a folder"),
        ("seeds", "is not TOML: "),
        ("[a", "is not TOML: "),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "kg.toml"))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not TOML"):
        read_config(tmp_path / "kg.toml")


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot read the configuration"):
        read_config(tmp_path / name)


def test_a_configuration_does_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().workers = 3  # type: ignore[misc]
