"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time: a red run can be repeated, a green one stays green.
settings.register_profile("kg", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("kg")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of sample inputs, written for the tests."""
    return Path(__file__).parent / "samples"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The project's shared folder, which is no part of the repository: ``KG_SHARED``, else ``../shared``."""
    folder = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        reason = f"{folder} is missing; name the shared folder in KG_SHARED"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
