"""Names that other people's code, queries and files rely on; a change here is a change for them (see CHANGELOG.md)."""

from __future__ import annotations

import kg
from kg import errors, graph, model, schema
from kg.cli.main import COMMANDS
from kg.registry import EXPORTERS, READERS


def test_names_of_the_package() -> None:
    assert kg.__all__ == ["__version__", "load"]
    assert model.__all__ == [
        "Attributes",
        "Conflict",
        "Entity",
        "Evidence",
        "Extraction",
        "Mention",
        "Paper",
        "Relation",
        "Source",
    ]
    assert graph.__all__ == ["KnowledgeGraph"]
    assert errors.__all__ == [
        "ConfigError",
        "KgError",
        "MissingExtraError",
        "QueryError",
        "RecordError",
        "ServiceError",
        "UsageError",
        "VocabularyError",
        "WorkspaceError",
    ]


def test_node_types() -> None:
    assert list(schema.NODE_TYPES) == [
        "Paper",
        "Method",
        "Dataset",
        "Hardware",
        "Task",
        "Metric",
        "Author",
        "Organization",
        "Repository",
    ]


def test_roles() -> None:
    assert {label: node.roles for label, node in schema.NODE_TYPES.items() if node.roles} == {
        "Method": ("introduced", "compared", "used"),
        "Dataset": ("introduced", "trained", "used"),
        "Hardware": ("introduced", "used"),
        "Task": ("addressed", "mentioned"),
        "Metric": ("reported",),
        "Repository": ("code", "page"),
    }


def test_relation_types() -> None:
    assert list(schema.RELATION_TYPES) == [
        "INTRODUCES",
        "USES",
        "COMPARES_WITH",
        "TRAINS_ON",
        "EVALUATES_ON",
        "RUNS_ON",
        "ADDRESSES",
        "MENTIONS",
        "REPORTS",
        "AUTHORED_BY",
        "AFFILIATED_WITH",
        "HAS_CODE",
        "HAS_PAGE",
        "VARIANT_OF",
        "MADE_BY",
    ]


def test_commands() -> None:
    assert list(COMMANDS) == [
        "build",
        "extract",
        "query",
        "sparql",
        "serve",
        "search",
        "show",
        "path",
        "diff",
        "stats",
        "export",
        "neo4j-browser",
        "import",
        "validate",
        "formats",
        "evaluate",
        "train",
        "seeds",
    ]


def test_formats() -> None:
    assert READERS.names() == [
        "acl",
        "arxiv-atom",
        "arxiv-jsonl",
        "arxiv-oai",
        "bibtex",
        "crossref",
        "csl",
        "csv",
        "front-matter",
        "hf-daily",
        "hf-papers",
        "json",
        "jsonl",
        "openalex",
        "parquet",
        "pubmed",
        "ris",
        "semantic-scholar",
        "tsv",
    ]
    assert EXPORTERS.names() == ["jsonl", "rdf"]


def test_spacy_factories() -> None:
    from importlib.metadata import entry_points

    ours = {point.name for point in entry_points(group="spacy_factories") if point.value.startswith("kg.")}
    assert ours == {
        "kg_abbreviations",
        "kg_cues",
        "kg_entities",
        "kg_hardware",
        "kg_links",
        "kg_names",
        "kg_neural",
        "kg_results",
        "kg_sentences",
        "kg_vocabulary",
    }
