"""The reference pages are what their sources give now."""

from __future__ import annotations

import pytest

from docs.generate import DOCS, REFERENCE, commands, examples
from kg.cli.main import COMMANDS

HELP = dict(commands())


@pytest.mark.parametrize("name", REFERENCE)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == REFERENCE[name](), (
        f"docs/reference/{name} is out of date: run make docs"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_reference(name: str) -> None:
    assert f"\n## kg {name}\n" in (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HELP)
def test_every_help_text_ends_with_an_example(name: str) -> None:
    assert examples(HELP[name]), f"{name} --help has no line 'Example:  kg ...' (the epilog of the command)"


def test_the_reference_lists_all_exporters_and_readers() -> None:
    from kg.registry import EXPORTERS

    for name in EXPORTERS.names():
        assert f"kg export {name}" in HELP


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if page != DOCS / "README.md"]
    assert [page for page in sorted(pages) if f"({page})" not in index] == []


def test_every_error_is_in_its_reference() -> None:
    from kg import errors

    text = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    for name in errors.__all__:
        base = getattr(errors, name).__bases__[0].__name__
        assert f"| `{name}` | {f'`{base}`' if name != 'KgError' else ''}" in text


def test_every_vocabulary_key_is_in_its_reference() -> None:
    from dataclasses import fields

    from kg.vocabulary import Entry

    text = (DOCS / "reference" / "files.md").read_text(encoding="utf-8")
    for field in fields(Entry):
        assert field.name == "type" or f"\n| `{field.name}` |" in text


def test_every_column_that_can_be_mapped_is_named_in_the_docs() -> None:
    from kg.readers.records import FIELDS

    for page in ("reference/files.md", "how-to/input-formats.md"):
        text = (DOCS / page).read_text(encoding="utf-8")
        assert [name for name in FIELDS if f"`{name}`" not in text] == []


def test_every_setting_is_named_in_the_docs() -> None:
    from kg.config import Config

    text = (DOCS / "how-to" / "configuration.md").read_text(encoding="utf-8")
    assert [name for name in Config.model_fields if f"\n{name} = " not in text and f"\n[{name}." not in text] == []
