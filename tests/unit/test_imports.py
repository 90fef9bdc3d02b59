"""Imports point one way, and only where they may."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kg"

# From the bottom up; a module may import those of its own layer's number and below, but for the parts of a layer that
# stand side by side (see SIDE_BY_SIDE). A package's name stands for its modules.
LAYERS: list[tuple[str, ...]] = [
    ("kg.errors", "kg.schema", "kg.ids", "kg.links", "kg.console", "kg.bulk", "kg.model", "kg.vocabulary"),
    (
        "kg.candidates",
        "kg.graph",
        "kg.rejects",
        "kg.config",
        "kg.linking.variants",
        "kg.parents",
        "kg.people",
        "kg.sorted_lines",
        "kg.confidence",
        "kg.evaluate",
    ),
    ("kg.protocols", "kg.registry"),
    (
        *("kg.readers", "kg.extractors", "kg.exporters", "kg.linking", "kg.assemble", "kg.papers", "kg.display"),
        *("kg.identity", "kg.vocabulary_check", "kg.extraction_log", "kg.embedded", "kg.embedded_write", "kg.lookup"),
        *("kg.workspace", "kg.assembly_store", "kg.publication", "kg.diff"),
    ),
    ("kg.sparql",),
    ("kg.pipeline", "kg.server", "kg.training"),
    ("kg.cli",),
]
SIDE_BY_SIDE = ("kg.extractors", "kg.exporters", "kg.readers", "kg.linking")
FOREIGN = {
    "spacy": ("kg.extractors",),
    "srsly": ("kg.extractors",),
    "ahocorasick_rs": ("kg.extractors",),
    "ladybug": ("kg.embedded", "kg.embedded_write"),
    "neo4j": ("kg.exporters",),
    "rdflib": ("kg.exporters",),
    "pyshacl": ("kg.exporters",),
    "pyoxigraph": ("kg.exporters", "kg.sparql"),
    "starlette": ("kg.server",),
    "uvicorn": ("kg.server",),
    "anyio": ("kg.server",),
    "onnxruntime": ("kg.extractors", "kg.training"),
    "tokenizers": ("kg.extractors",),
    "torch": ("kg.training",),
    "transformers": ("kg.training",),
    "onnx": ("kg.training",),
    "scipy": ("kg.training",),
    "rich": ("kg.cli",),
    "click": ("kg.cli",),
}
HEAVY = {
    "spacy",
    "networkx",
    "pydantic",
    "ladybug",
    "pyarrow",
    "rich",
    "numpy",
    "ahocorasick_rs",
    "onnxruntime",
    "torch",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of every module, the linked folders under their name in the package."""
    for folder in sorted(path for path in (PACKAGE, *PACKAGE.iterdir()) if path.is_dir()):
        for path in sorted(folder.glob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


TREES = dict(modules())


def type_checking_only(tree: ast.Module) -> set[ast.AST]:
    """The imports under ``if TYPE_CHECKING:``."""
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


def imports(name: str, *, lazy: bool = True) -> Iterator[str]:
    """The modules that a module imports at run time; without ``lazy`` only those that its own import imports."""
    tree = TREES[name]
    passed_over = type_checking_only(tree)
    nodes = ast.walk(tree) if lazy else iter(tree.body)
    for node in nodes:
        if node in passed_over:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in TREES else str(node.module)


def is_part(name: str, group: str) -> bool:
    return name == group or name.startswith(group + ".")


def layer(name: str) -> int:
    """Number of the layer of a module: that of the longest group that it is part of."""
    groups = [(len(group), number) for number, groups in enumerate(LAYERS) for group in groups if is_part(name, group)]
    assert groups, f"{name} is in no layer: give it a place in LAYERS"
    return max(groups)[1]


@pytest.mark.parametrize("name", [name for name in TREES if name != "kg"])
def test_imports_point_down(name: str) -> None:
    wrong = [other for other in imports(name) if is_part(other, "kg") and other != "kg" and layer(other) > layer(name)]
    assert not wrong


@pytest.mark.parametrize("name", [name for name in TREES if any(is_part(name, group) for group in SIDE_BY_SIDE)])
def test_parts_that_stand_side_by_side_do_not_import_each_other(name: str) -> None:
    (own,) = [group for group in SIDE_BY_SIDE if is_part(name, group)]
    others = [group for group in SIDE_BY_SIDE if group != own]
    assert not [other for other in imports(name) if any(is_part(other, group) for group in others)]


def test_the_linked_folders_are_looked_at() -> None:
    assert {
        "kg.extractors.cues",
        "kg.exporters.jsonl",
        "kg.readers.table",
        "kg.cli.main",
        "kg.pipeline",
    } <= TREES.keys()
    assert "spacy.language" in set(imports("kg.extractors.cues"))


def test_modules_of_one_layer_import_in_no_circle() -> None:
    edges = {
        name: {other for other in imports(name, lazy=False) if other in TREES and other not in (name, "kg")}
        for name in TREES
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for other in sorted(edges[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())


@pytest.mark.parametrize("package", sorted(FOREIGN))
def test_other_packages_are_imported_only_where_they_belong(package: str) -> None:
    for name in TREES:
        if any(is_part(other, package) for other in imports(name)):
            assert any(is_part(name, home) for home in FOREIGN[package]), f"{name} imports {package}"


def loaded(code: str) -> set[str]:
    """The heavy modules that a process has loaded after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return HEAVY & {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize(
    "code",
    [
        "import kg",
        "import kg.cli.main",
        "from kg.cli.main import cli\ncli.main(['--help'], standalone_mode=False)",
        "from kg.cli.main import cli\ncli.main(['build', '--help'], standalone_mode=False)",
        "from kg.cli.main import cli\ncli.main(['extract', '--help'], standalone_mode=False)",
    ],
)
def test_help_loads_nothing_heavy(code: str) -> None:
    assert loaded(code) == set()


def test_reading_papers_loads_no_language_processing() -> None:
    assert not {"spacy", "ladybug", "rich"} & loaded("import kg.readers.inputs")


def test_a_graph_is_loaded_without_language_processing() -> None:
    assert not {"spacy", "rich"} & loaded("import kg.workspace, kg.assemble, kg.exporters.jsonl")
