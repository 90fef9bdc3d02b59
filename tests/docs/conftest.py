from __future__ import annotations

from pathlib import Path

import pytest

from docs.generate import build_graph


@pytest.fixture(scope="session")
def built_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of the seed papers; copy it before you change it."""
    return build_graph(tmp_path_factory.mktemp("docs"))
