"""Help for making very many values at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel

__all__ = ["compact", "no_garbage_collection"]

M = TypeVar("M", bound=BaseModel)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Pause Python's search for reference cycles, as a context or a decorator.

    A graph is millions of small values, none of them garbage; to look through them again and again while they are made
    takes more time than to make them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@lru_cache(maxsize=16)
def _field_names(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)


def compact(value: M) -> M:
    """The same value in half the memory.

    Pydantic keeps with every value the set of the fields that were given, which is larger than the rest of a small
    value. Here all values of a model share one: as if all fields had been given.
    """
    object.__setattr__(value, "__pydantic_fields_set__", _field_names(type(value)))
    return value
