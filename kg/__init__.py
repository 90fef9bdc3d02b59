"""Knowledge graphs of research papers: methods, datasets and hardware, with the sentence behind every edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kg.graph import KnowledgeGraph

__all__ = ["__version__", "load"]

__version__ = "0.1.0"


def load(folder: str | Path) -> KnowledgeGraph:
    """The graph of a workspace that ``kg build`` wrote.

    Raises:
        WorkspaceError: if the folder is no workspace or holds no graph yet.
    """
    from kg.workspace import Workspace

    return Workspace(folder).graph()
