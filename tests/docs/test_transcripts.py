"""What the pages show is what the commands do: each page runs in a folder of its own."""

from __future__ import annotations

import difflib
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.generate import (
    ROOT,
    PageError,
    blocks,
    commands,
    environment,
    examples,
    fitted,
    matches,
    pages,
    prepare,
    refresh_all,
    run_command,
    transcript,
)

FILES = Path(__file__).parent / "files"
PAGES = {page.relative_to(ROOT).as_posix(): page for page in pages()}
NEED_A_SERVER = ("NEO4J_PASSWORD=", "kg export neo4j ", "kg import neo4j ", "kg neo4j-browser", "kg serve ")
"""Beginnings of commands that need a server or are one; tests of their own run them."""
NEED_TORCH = ("kg train ",)
"""Beginnings of commands that need torch and an encoder; ``tests/unit/test_cli_train.py`` runs them."""
EXAMPLES = [
    example
    for example in dict.fromkeys(example for _, text in commands() for example in examples(text))
    if not example.startswith((*NEED_A_SERVER, *NEED_TORCH))
]
NOT_RUN = (
    *("curl", "make", "pip", "pipx", "git", "docker", "python3", ".venv/bin/pip", "export"),
    *("neo4j", "neo4j-import/import.sh", "cypher-shell"),
)
"""First words of the lines of ``sh`` blocks; these are not run."""


@pytest.fixture(scope="module")
def real(built_graph: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str | PageError]:
    """The pages with the output of now."""
    return refresh_all(PAGES.values(), built_graph, tmp_path_factory.mktemp("pages"))


@pytest.mark.parametrize("name", PAGES)
def test_the_blocks_of_a_page_give_what_it_shows(name: str, real: dict[Path, str | PageError]) -> None:
    text, new = PAGES[name].read_text(encoding="utf-8"), real[PAGES[name]]
    assert not isinstance(new, PageError), str(new)
    changes = "\n".join(difflib.unified_diff(text.splitlines(), new.splitlines(), "shown", "real", lineterm="", n=1))
    assert not changes, f"{name} is out of date: run make docs\n{changes}"


@pytest.mark.parametrize("name", PAGES)
def test_commands_that_are_not_run_are_none_of_ours(name: str) -> None:
    for block in blocks(PAGES[name].read_text(encoding="utf-8")):
        if block.info == "sh":
            for line in filter(None, block.text.splitlines()):
                run_elsewhere = line.split()[0] in NOT_RUN or line.startswith((*NEED_A_SERVER, *NEED_TORCH))
                assert run_elsewhere, f"{line!r}: put it into a console block, which is run"
        else:
            assert (
                block.info.split()[0] in ("console", "pycon") or " " in block.info or block.info in ("python", "cypher")
            )


@pytest.fixture(scope="module")
def example_folder(built_graph: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    prepare(folder, built_graph)
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    shutil.copytree(folder / "graph", folder / "other")  # what kg diff compares with
    code, lines = run_command("kg export rdf graph -o graph.ttl", folder)  # what kg import rdf reads
    assert code == 0, "\n".join(lines)
    return folder


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_of_a_help_text_works(example: str, example_folder: Path) -> None:
    code, lines = run_command(example, example_folder)
    assert code == 0, "\n".join(lines)


def test_make_demo_builds_a_graph_and_answers_two_questions(built_graph: Path, tmp_path: Path) -> None:
    listed = subprocess.run(
        ["make", "--dry-run", "--always-make", "--no-print-directory", "demo"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    recipe = [line for line in listed.stdout.splitlines() if line.startswith(".venv/bin/kg ")]
    assert [line.split()[1] for line in recipe] == ["build", "query", "query"]
    prepare(tmp_path, built_graph)
    (tmp_path / "graph").rename(tmp_path / "demo-graph")  # the same build: nothing is extracted twice
    for line in recipe:
        code, lines = run_command(line.removeprefix(".venv/bin/"), tmp_path)
        assert code == 0, "\n".join(lines)
        assert len(lines) > 5


def test_the_readme_names_the_two_commands() -> None:
    text = PAGES["README.md"].read_text(encoding="utf-8")
    assert "\nmake demo " in text
    assert "\nmake test " in text


def test_a_command_goes_on_in_lines_that_begin_with_an_angle() -> None:
    assert transcript("$ one \\\n> more\nout\n> still out\n$ two\n") == [
        ("one \\\nmore", ["out", "> still out"]),
        ("two", []),
    ]


@pytest.mark.parametrize(
    ("shown", "got", "same"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "..."], ["a", "b", "c"], True),
        (["a", "...", "c"], ["a", "c"], True),
        (["a", "...", "c"], ["a", "b"], False),
        (["a.c"], ["abc"], False),
        ([], ["a"], False),
    ],
)
def test_dots_stand_for_any_lines(shown: list[str], got: list[str], same: bool) -> None:
    assert matches(shown, got) is same


def test_new_output_keeps_the_dots_of_the_old() -> None:
    assert fitted(["a", "...", "z"], ["b", "c", "d", "y"]) == ["b", "...", "y"]
    assert fitted(["a", "..."], ["b", "c"]) == ["b", "..."]
    assert fitted([], ["b"]) == ["b"]
    assert fitted(["a", "..."], ["a", "c"]) == ["a", "..."]
    assert fitted(["a", "...", "USES (1)", " x", "..."], ["a", "b", "USES (2)", " y", " z"]) == [
        "a",
        "...",
        "USES (2)",
        " y",
        "...",
    ]
