"""Figures against annotations, by hand and by the shared scoring script."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli.main import cli
from kg.evaluate import (
    TYPES,
    GoldPaper,
    Guess,
    Outcomes,
    calibration,
    figures,
    gold_paper,
    guesses_of,
    kinds,
    matched,
    outcomes,
    sources,
)

GOLD: list[dict[str, Any]] = [
    {
        "id": "icml2020:1",
        "title": "FooNet on BarSet",
        "abstract": "We train FooNet (Foo Network) on BarSet with two A100 GPUs. It beats BazNet by attention.",
        "entities": [
            {"type": "Method", "forms": ["FooNet", "Foo Network"], "named": True, "role": "introduced"},
            {"type": "Method", "forms": ["BazNet"], "named": True, "role": "compared"},
            {"type": "Method", "forms": ["attention"], "named": False, "role": "used"},
            {"type": "Dataset", "forms": ["BarSet"], "named": True, "role": "trained"},
            {"type": "Hardware", "forms": ["A100 GPUs"], "named": True, "role": "used", "kind": "gpu"},
        ],
    },
    {"id": "000-1", "title": "Nothing here", "abstract": "", "entities": []},
]
FOUND: list[dict[str, Any]] = [
    {
        "paper_id": "icml2020:1",
        "title": "FooNet on BarSet",
        "mentions": [
            {"type": "Method", "text": "FooNet", "entity": "m:foo", "role": "proposes", "confidence": 0.95},
            {"type": "Method", "text": "Foo  Network", "entity": "m:foo", "role": "proposes", "confidence": 0.7},
            {"type": "Method", "text": "attention", "entity": "m:att", "named": True, "confidence": 0.4},
            {"type": "Method", "text": "beats", "entity": "m:beats", "confidence": 0.3, "extractor": "names"},
            {"type": "Dataset", "text": "BarSet", "entity": "d:bar", "role": "used", "confidence": 0.9},
            {
                "type": "Hardware",
                "text": "A100 GPUs",
                "confidence": 1.0,
                "named": True,
                "role": "used",
                "attributes": {"kind": "gpu"},
            },
        ],
    }
]


def pairs(gold: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[tuple[GoldPaper, list[Guess]]]:
    papers = [gold_paper(record) for record in gold]
    return [(paper, guesses or []) for paper, guesses in matched(papers, map(guesses_of, found))]


def write(path: Path, records: list[Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["evaluate", *arguments])
    return result.exit_code, result.stdout, result.stderr


def scored(shared: Path, gold: str, found: str) -> dict[str, Any]:
    script = shared / "gold" / "score.py"
    done = subprocess.run(
        [sys.executable, str(script), gold, found, "--json"], capture_output=True, text=True, check=True
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def evaluated(gold: str, found: str) -> dict[str, Any]:
    code, out, err = run(gold, "--predictions", found, "--format", "json")
    assert (code, err) == (0, "")
    report: dict[str, Any] = json.loads(out)
    return report


def test_figures_by_hand() -> None:
    found = figures(pairs(GOLD, FOUND))
    # "attention" is an annotated common noun: neither for nor against
    assert found["Method"]["named"] == {"p": 0.6667, "r": 0.6667, "f1": 0.6667, "gold": 3}
    assert found["Method"]["all"] == {"p": 0.75, "r": 0.75, "f1": 0.75, "gold": 4}
    assert found["Method"]["ent"] == {"p": 0.5, "r": 0.5, "f1": 0.5, "gold": 2}
    assert found["Method"]["role"] == 0.5
    assert found["Dataset"]["role"] == 0.0
    assert found["core"]["named"]["gold"] == 5
    assert found["Task"] == found["Metric"]
    assert found["Task"]["role"] is None


def test_the_shared_script_gives_the_same_figures(tmp_path: Path, shared: Path) -> None:
    gold, found = write(tmp_path / "gold", GOLD), write(tmp_path / "found", FOUND)
    assert evaluated(gold, found) == scored(shared, gold, found)


def test_the_shared_script_gives_the_same_figures_on_annotated_papers(tmp_path: Path, shared: Path) -> None:
    """Predictions are annotations with every kind of error: dropped, retyped, split, merged, renamed."""
    lines = (shared / "gold" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines[::7]]
    found = [
        {"id": record["id"], "title": record["title"], "mentions": _damaged(record)} for record in records[: -len(GOLD)]
    ]
    gold, predicted = write(tmp_path / "gold", records), write(tmp_path / "found", found)
    report = evaluated(gold, predicted)
    assert report["papers_missing"] == len(GOLD)
    assert report == scored(shared, gold, predicted)


def _damaged(record: dict[str, Any]) -> list[dict[str, Any]]:
    mentions = []
    for number, entity in enumerate(record["entities"]):
        for place, form in enumerate(entity["forms"]):
            kind = (number * 5 + place) % 9
            mention = {
                "type": entity["type"] if kind != 1 else TYPES[number % 5],
                "text": form if kind != 2 else form[1:] or "x",
                "entity": f"e{number // (2 if kind == 3 else 1)}" if kind != 4 else None,
                "named": entity["named"] if kind < 7 else not entity["named"],
                "role": entity["role"] if kind != 5 else "uses",
            }
            mentions += [mention] * (0 if kind == 6 else 1 + kind % 2)
    return mentions


_FORM = st.sampled_from(["A", "B", "C  d", "C d", "E"])
_MENTION = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES[:2]), "text": _FORM},
    optional={
        "entity": st.sampled_from(["x", "y"]),
        "named": st.booleans(),
        "role": st.sampled_from(["used", "uses", "introduced"]),
    },
)
_ENTITY = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES[:2]),
        "forms": st.lists(_FORM, min_size=1, max_size=3),
        "named": st.booleans(),
        "role": st.sampled_from(["used", "introduced"]),
    }
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_ENTITY, max_size=5), st.lists(_MENTION, max_size=7))
def test_figures_are_shares_and_perfect_for_the_annotations_themselves(
    entities: list[dict[str, Any]], mentions: list[dict[str, Any]]
) -> None:
    gold = [{"id": "1", "title": "T", "entities": entities}]
    for found in figures(pairs(gold, [{"id": "1", "title": "T", "mentions": mentions}])).values():
        for what in ("named", "all", "ent"):
            assert all(0 <= found[what][key] <= 1 for key in ("p", "r", "f1"))
    copied = [
        {"type": e["type"], "text": form, "entity": str(n), "named": e["named"], "role": e["role"]}
        for n, e in enumerate(entities)
        for form in e["forms"]
    ]
    perfect = figures(pairs(gold, [{"id": "1", "title": "T", "mentions": copied}]))["core"]
    assert perfect["named"]["r"] in (0.0, 1.0)
    assert perfect["all"]["f1"] == (1.0 if entities else 0.0)


def test_papers_are_matched_by_id_then_by_title() -> None:
    paper = gold_paper({"id": "1", "title": "A  Title", "entities": []})
    other = guesses_of({"id": "9", "title": "a title", "mentions": [{"type": "Method", "text": "X"}]})
    mine = guesses_of({"id": "1", "mentions": []})
    assert [len(found or ()) for _, found in matched([paper], [other])] == [1]
    assert [found for _, found in matched([paper], [other, mine])] == [[]]
    assert [found for _, found in matched([paper], [])] == [None]


@pytest.mark.parametrize(
    ("record", "source"),
    [
        ({"id": "icml2020:abc"}, "icml"),
        ({"id": "2020:abc"}, "2020"),
        ({"id": "003-019"}, "003"),
        ({"id": "conf-1"}, "conf"),
        ({"id": "abc"}, "other"),
        ({"id": "-1"}, "other"),
        ({"id": "003-019", "source": "arXiv"}, "arXiv"),
    ],
)
def test_where_a_paper_comes_from(record: dict[str, str], source: str) -> None:
    assert gold_paper({**record, "entities": []}).source == source


def test_groups_by_source() -> None:
    found = sources(pairs(GOLD, FOUND))
    assert list(found) == ["000", "icml"]
    assert found["icml"][0] == 1
    assert found["icml"][1] == figures(pairs(GOLD, FOUND))["core"]


def test_groups_by_kind_and_by_extractor() -> None:
    assert kinds(pairs(GOLD, FOUND)) == {
        ("Method", "names"): {"p": 0.0, "r": 0.0, "f1": 0.0, "gold": 3},
        ("Hardware", "gpu"): {"p": 1.0, "r": 1.0, "f1": 1.0, "gold": 1},
    }


def test_outcomes_follow_the_rule_of_the_figures() -> None:
    found = outcomes(pairs(GOLD, FOUND))
    assert sorted(found["named"].scored) == [(0.3, False), (0.7, True), (0.9, True), (0.95, True), (1.0, True)]
    assert (len(found["all"].scored), found["named"].gold, found["all"].gold) == (6, 5, 6)


def test_a_form_is_as_sure_as_its_surest_mention() -> None:
    mentions = [{"type": "Method", "text": "FooNet", "confidence": c} for c in (0.2, 0.8, 0.5)]
    assert outcomes(pairs(GOLD[:1], [{"id": "icml2020:1", "mentions": mentions}]))["named"].scored == [(0.8, True)]


@pytest.mark.parametrize("confidence", [None, -0.1, 1.5])
def test_without_confidences_there_is_no_calibration(confidence: float | None) -> None:
    mention = {"type": "Method", "text": "FooNet", "confidence": confidence}
    with pytest.raises(ValueError, match="has no confidence between 0 and 1"):
        outcomes(pairs(GOLD[:1], [{"id": "icml2020:1", "mentions": [mention]}]))


def test_calibration_by_hand() -> None:
    found = calibration(Outcomes([(0.95, True), (1.0, False), (0.15, False), (0.1, False)], gold=4))
    assert [(b.low, b.high, b.count, b.precision) for b in found.bins] == [(0.1, 0.2, 2, 0.0), (0.9, 1.0, 2, 0.5)]
    assert found.error == pytest.approx((2 * 0.125 + 2 * 0.475) / 4)
    assert (found.sure, found.sure_precision, found.sure_recall) == (2, 0.5, 0.25)


def test_calibration_of_nothing() -> None:
    found = calibration(Outcomes([], gold=0))
    assert (found.bins, found.error, found.sure_precision, found.sure_recall) == ((), 0.0, 0.0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_calibration_error_is_a_share_and_every_prediction_is_in_one_bin(scored: list[tuple[float, bool]]) -> None:
    found = calibration(Outcomes(scored, gold=len(scored)))
    assert sum(b.count for b in found.bins) == len(scored)
    assert 0 <= found.error <= 1
    assert all(b.low - 1e-9 <= b.confidence <= b.high + 1e-9 for b in found.bins)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([], "is no object with an id"),
        ({"entities": []}, "is no object with an id"),
        ({"id": "1"}, "paper 1 has no list of entities"),
        ({"id": "1", "entities": [{"type": "Method"}]}, "an entity lacks"),
        ({"id": "1", "entities": [3]}, "an entity lacks"),
        ({"id": "1", "entities": [{"type": "Method", "forms": [3], "named": True, "role": "used"}]}, "an entity lacks"),
        ({"id": "1", "entities": [{"type": "Car", "forms": [], "named": True, "role": "used"}]}, "unknown type 'Car'"),
    ],
)
def test_records_that_are_no_annotated_papers(record: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        gold_paper(record)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("x", "is no object with a list of mentions"),
        ({"id": "1"}, "is no object with a list of mentions"),
        ({"id": "1", "mentions": [{"type": "Method"}]}, "a mention lacks"),
        ({"id": "1", "mentions": [{"type": "Method", "text": "x", "confidence": "high"}]}, "a mention lacks"),
        ({"id": "1", "mentions": ["x"]}, "a mention lacks"),
    ],
)
def test_records_that_are_no_predictions(record: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        guesses_of(record)


def test_the_table_by_type(tmp_path: Path) -> None:
    code, out, err = run(write(tmp_path / "gold", GOLD), "--predictions", write(tmp_path / "found", FOUND))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "papers without a prediction: 1"
    assert [line.split()[0] for line in lines[2:]] == [
        "Method",
        "Dataset",
        "Hardware",
        "core",
        "Task",
        "Metric",
        "every",
    ]


def test_the_tables_by_source_and_kind_with_calibration(tmp_path: Path) -> None:
    gold, found = write(tmp_path / "gold", GOLD), write(tmp_path / "found", FOUND)
    _, out, _ = run(gold, "--predictions", found, "--by", "source", "--calibration")
    assert "icml" in out
    assert "named: expected calibration error" in out
    _, out, _ = run(gold, "--predictions", found, "--by", "kind")
    assert "gpu" in out


def test_groups_and_calibration_as_json(tmp_path: Path) -> None:
    gold, found = write(tmp_path / "gold", GOLD), write(tmp_path / "found", FOUND)
    _, out, _ = run(gold, "--predictions", found, "--by", "kind", "--calibration", "--format", "json")
    report = json.loads(out)
    assert report["by_kind"][1] == {"type": "Hardware", "kind": "gpu", "p": 1.0, "r": 1.0, "f1": 1.0, "gold": 1}
    assert set(report["calibration"]["named"]) == {"bins", "error", "sure", "sure_precision", "sure_recall"}
    _, out, _ = run(gold, "--predictions", found, "--by", "source", "--format", "json")
    assert [row["source"] for row in json.loads(out)["by_source"]] == ["000", "icml"]


def test_wrong_lines_are_said_one_by_one_and_the_others_count(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_bytes(b'{"id": 1}\nnot json\n\xff\n\n' + json.dumps(GOLD[0]).encode() + b"\n")
    code, out, err = run(str(gold), "--predictions", write(tmp_path / "found", FOUND))
    assert code == 1
    assert [line.partition("gold.jsonl:")[2] for line in err.splitlines()] == [
        "1: is no object with an id",
        "2: is not JSON",
        "3: is not JSON",
    ]
    assert "core" in out


@pytest.mark.parametrize(
    ("gold", "found", "reason"),
    [
        ("", "", "no annotated paper"),
        (json.dumps(GOLD[0]), "x", ":1: is not JSON"),
        (json.dumps(GOLD[0]), '{"id": "1"}', ":1: is no object with a list of mentions"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, gold: str, found: str, reason: str) -> None:
    (tmp_path / "gold").write_text(gold)
    (tmp_path / "found").write_text(found)
    code, _, err = run(str(tmp_path / "gold"), "--predictions", str(tmp_path / "found"))
    assert code == 2
    assert reason in err


def test_calibration_without_confidences_is_a_wrong_use(tmp_path: Path) -> None:
    bare = [{"id": "icml2020:1", "mentions": [{"type": "Method", "text": "FooNet"}]}]
    code, _, err = run(
        write(tmp_path / "gold", GOLD), "--predictions", write(tmp_path / "found", bare), "--calibration"
    )
    assert code == 2
    assert err.startswith("kg: --calibration: paper icml2020:1:")


def test_the_pipeline_runs_on_the_texts_of_the_annotated_papers(tmp_path: Path) -> None:
    papers = [
        {
            "id": "a-1",
            "title": "On training",
            "abstract": "We train ResNet-50 on ImageNet with eight NVIDIA A100 GPUs.",
            "entities": [
                {"type": "Method", "forms": ["ResNet-50"], "named": True, "role": "used"},
                {"type": "Dataset", "forms": ["ImageNet"], "named": True, "role": "trained"},
                {"type": "Hardware", "forms": ["NVIDIA A100 GPUs"], "named": True, "role": "used"},
            ],
        }
    ]
    gold = write(tmp_path / "gold.jsonl", papers)
    code, out, err = run(gold, "--no-model", "--workers", "1", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["core"]["named"] == {"p": 1.0, "r": 1.0, "f1": 1.0, "gold": 3}
    labels = write(tmp_path / "labels.jsonl", [{"id": p["id"], "entities": p["entities"]} for p in papers])
    assert run(labels, "--texts", gold, "--no-model", "--format", "json")[1] == out
    code, _, err = run(labels, "--no-model")
    assert code == 2
    assert "say where they are with --texts" in err


def test_extraction_now_gives_the_figures_of_kg_extract(tmp_path: Path, shared: Path) -> None:
    lines = (shared / "gold" / "train.jsonl").read_text(encoding="utf-8").splitlines()[:8]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("\n".join(lines), encoding="utf-8")
    found = str(tmp_path / "found.jsonl")
    assert CliRunner().invoke(cli, ["extract", str(gold), "-o", found, "--no-model"]).exit_code == 0
    code, out, _ = run(str(gold), "--no-model", "--format", "json")
    assert code == 0
    assert json.loads(out) == scored(shared, str(gold), found)
