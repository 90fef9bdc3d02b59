from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.cli.main import cli
from kg.errors import UsageError
from kg.vocabulary import FILES, load_vocabulary
from kg.vocabulary_check import KINDS, Finding, check_folder

Rows = list[dict[str, Any] | str]


def check(folder: Path, **files: Rows) -> list[str]:
    for name, rows in files.items():
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [str(finding) for finding in check_folder(folder)]


def method(name: str, **values: Any) -> dict[str, Any]:
    return {"name": name, "kind": "model", **values}


def dataset(name: str, **values: Any) -> dict[str, Any]:
    return {"name": name, "kind": "dataset", **values}


def test_a_sound_folder_has_no_findings(tmp_path: Path) -> None:
    rows: Rows = [
        method("BERT", aliases=["bidirectional encoder"], year=2018, home="https://arxiv.org/abs/1810.04805"),
        method("BERT-Large", parent="BERT"),
        method("transformer", named=False),
        "",
    ]
    hardware: Rows = [{"name": "H100", "kind": "gpu", "maker": "NVIDIA", "memory_gb": 80}]
    papers: Rows = [{"id": "p1", "title": "Boats", "abstract": "Small.", "year": 2024}]
    assert check(tmp_path, methods=rows, hardware=hardware, papers=papers) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "error: not JSON: "),
        ("[1]", "error: not an object with a name"),
        ({"kind": "model"}, "error: not an object with a name"),
        ({"name": " "}, "error: not an object with a name"),
        (method("X1x", colour="red"), "error: unknown key 'colour'"),
        (method("X1x", aliases="x"), "error: aliases is not a list of texts"),
        (method("X1x", aliases=[""]), "error: aliases is not a list of texts"),
        (method("X1x", year="2018"), "error: year is not a whole number"),
        (method("X1x", year=True), "error: year is not a whole number"),
        (method("X1x", named=1), "error: named is not true or false"),
        (method("X1x", parent=3), "error: parent is not a text"),
        (method("X1x", kind="gpu"), "error: X1x: unknown kind 'gpu'; known: agent, algorithm"),
        ({"name": "X1x"}, "warning: X1x: no kind"),
        (method("X1x", year=3018), "error: X1x: year 3018 is not in 1600 to 2035"),
        (method("X1x", home="http://x.example"), "error: X1x: home 'http://x.example' is no https address"),
        (method("X1x", home="https://x.example y"), "error: X1x: home 'https://x.example y' is no https address"),
        (method("X1x", maker="NVIDIA"), "error: X1x: maker and memory_gb are for hardware"),
        (method("X1x", parent="Y"), "error: X1x: unknown parent 'Y'"),
        (method("X1x", parent="X1x"), "error: X1x: is its own ancestor: X1x -> X1x"),
        (method("X1x", aliases=["x  y"]), "error: 'x  y': white space or invisible characters in a form"),
        (method("X1x", aliases=["x-1X"]), "warning: X1x: alias 'x-1X' adds nothing to 'X1x'"),
        (method("X1x", aliases=["XX"]), "warning: X1x: 'XX' is short and not marked as ambiguous"),
        (method("X1x", ambiguous=["Y"]), "error: X1x: ambiguous 'Y' is neither the name nor an alias"),
    ],
)
def test_a_line_that_is_wrong_by_itself_is_found(tmp_path: Path, row: dict[str, Any] | str, message: str) -> None:
    (finding,) = check(tmp_path, methods=[method("Alpha"), row])
    assert finding.startswith(f"methods.jsonl:2: {message}")


def test_a_form_of_two_entries_of_one_type_is_a_clash(tmp_path: Path) -> None:
    rows: Rows = [method("RNet", aliases=["Residual-Networks"]), method("ResNet", aliases=["residual network"])]
    assert check(tmp_path, methods=list(reversed(rows)))[-1] == (
        "methods.jsonl:2: error: RNet: 'Residual-Networks' is also a form of ResNet (methods.jsonl:1)"
    )
    assert check(tmp_path, methods=rows)[-1] == (
        "methods.jsonl:2: error: ResNet: 'residual network' is also a form of RNet (methods.jsonl:1)"
    )


def test_one_entry_twice_is_a_duplicate_not_a_clash(tmp_path: Path) -> None:
    assert check(tmp_path, methods=[method("ResNet"), method("resnet")]) == [
        "methods.jsonl:2: error: resnet: same id as line 1, method:resnet"
    ]


def test_a_form_of_two_types_is_fine_if_marked_as_ambiguous_in_both(tmp_path: Path) -> None:
    marked = {"ambiguous": ["Brax"]}
    assert check(tmp_path, methods=[method("Brax", **marked)], datasets=[dataset("Brax", **marked)]) == []
    message = "datasets.jsonl:1: warning: Brax: 'Brax' is also a form of the method Brax (methods.jsonl:1); mark it"
    for of_method, of_dataset in (({}, {}), (marked, {}), ({}, marked)):
        (finding,) = check(tmp_path, methods=[method("Brax", **of_method)], datasets=[dataset("Brax", **of_dataset)])
        assert finding.startswith(message)


def test_a_cycle_of_parents_is_found_at_each_of_its_entries(tmp_path: Path) -> None:
    rows: Rows = [method("Aaa", parent="Bbb"), method("Bbb", parent="Ccc"), method("Ccc", parent="Bbb")]
    assert check(tmp_path, methods=rows) == [
        "methods.jsonl:2: error: Bbb: is its own ancestor: Bbb -> Ccc -> Bbb",
        "methods.jsonl:3: error: Ccc: is its own ancestor: Ccc -> Bbb -> Ccc",
    ]


def test_the_first_line_out_of_order_is_found(tmp_path: Path) -> None:
    rows: Rows = [method("bbb"), method("Aaa"), method("Ccc"), method("abc")]
    assert check(tmp_path, methods=rows) == ["methods.jsonl:2: error: Aaa stands after bbb: sort the lines by name"]


def test_seed_papers_are_checked(tmp_path: Path) -> None:
    rows: Rows = [
        {"id": "p1", "title": "Boats", "abstract": "Small.", "year": 2024},
        {"id": "p1", "title": "Knots", "abstract": "Tight.", "year": 2024},
        {"id": "p3", "title": "Boats!", "abstract": "Small.", "year": 2024},
        {"id": "p4", "title": "Ropes", "year": 9},
        {"id": "p5"},
    ]
    assert check(tmp_path, papers=rows) == [
        "papers.jsonl:2: error: Knots: same paper as line 1",
        "papers.jsonl:3: error: Boats!: same paper as line 1",
        "papers.jsonl:4: error: Ropes: no abstract",
        "papers.jsonl:4: error: Ropes: no year",
        "papers.jsonl:5: error: no title",
    ]


def test_a_folder_without_vocabulary_or_an_unreadable_file_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no seed vocabulary in"):
        check_folder(tmp_path)
    (tmp_path / "methods.jsonl").write_bytes(b"caf\xe9\n")
    with pytest.raises(UsageError, match="cannot read"):
        check_folder(tmp_path)


def test_each_type_has_kinds() -> None:
    assert KINDS.keys() == FILES.keys()


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["seeds", *args])


def test_the_check_command_ends_with_1_if_there_are_errors(tmp_path: Path) -> None:
    check(tmp_path, methods=[method("Aaa"), {"name": "Bbb"}])
    result = run("check", str(tmp_path))
    assert (result.exit_code, result.stdout) == (0, "methods.jsonl:2: warning: Bbb: no kind\n")
    assert result.stderr == "errors: 0, warnings: 1\n"
    assert run("check", str(tmp_path), "--errors-only").stdout == ""
    check(tmp_path, methods=[method("Aaa"), "{\x1b"])
    result = run("check", str(tmp_path), "--json")
    assert result.exit_code == 1
    (row,) = map(json.loads, result.stdout.splitlines())
    assert Finding(**row).line == 2
    assert "\x1b" not in run("check", str(tmp_path)).stdout
    assert run("check", str(tmp_path / "none")).exit_code == 2


def test_the_list_command_shows_the_entries_of_a_type(tmp_path: Path) -> None:
    check(tmp_path, methods=[method("Aaa", aliases=["a way"]), {"name": "Bbb"}], datasets=[dataset("Ccc")])
    result = run("list", "METHOD", "--folder", str(tmp_path))
    assert (result.exit_code, result.stdout) == (0, "Aaa (model); a way\nBbb (no kind)\n")
    rows = [
        json.loads(line) for line in run("list", "dataset", "--folder", str(tmp_path), "--json").stdout.splitlines()
    ]
    assert rows == [{"id": "dataset:ccc", "name": "Ccc", "aliases": [], "kind": "dataset", "parent": None}]
    result = run("list", "paper")
    assert (result.exit_code, "known: method, dataset, hardware" in result.stderr) == (2, True)


def test_the_vocabulary_that_ships_has_no_errors() -> None:
    assert run("check", "--errors-only").stdout == ""


def test_the_vocabulary_that_ships_is_as_large_as_promised() -> None:
    count = dict.fromkeys(FILES, 0)
    for entry in load_vocabulary().entries:
        count[entry.type] += 1
    least = {"Method": 600, "Dataset": 500, "Hardware": 250, "Task": 200, "Metric": 80}
    assert {t: n for t, n in count.items() if n < least[t]} == {}
