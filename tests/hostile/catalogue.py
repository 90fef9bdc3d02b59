"""All hostile samples. A crash that fuzzing finds becomes one, in the module of its format, with a comment."""

from __future__ import annotations

from tests.hostile import (
    file_samples,
    heavy_samples,
    json_samples,
    packed_samples,
    reference_samples,
    table_samples,
    text_samples,
    xml_samples,
)
from tests.hostile.sample import Sample

__all__ = ["CATALOGUE", "HEAVY", "LIGHT"]

_MODULES = (
    json_samples,
    table_samples,
    xml_samples,
    reference_samples,
    text_samples,
    packed_samples,
    file_samples,
    heavy_samples,
)
CATALOGUE: tuple[Sample, ...] = tuple(found for module in _MODULES for found in module.samples())
LIGHT = tuple(found for found in CATALOGUE if not found.heavy)
HEAVY = tuple(found for found in CATALOGUE if found.heavy)
