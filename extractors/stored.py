"""How documents keep what the components found when they are written: to bytes, to disk, to another process.

spaCy writes ``Doc`` extensions with msgpack, which knows no classes of ours; so each class that an extension holds says
here how it becomes plain values and how it comes back. Nothing is pickled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from srsly.msgpack import msgpack_decoders, msgpack_encoders

__all__ = ["storable"]

_KEY = "__kg__"
_T = TypeVar("_T")
_Pack = Callable[[Any], dict[str, Any]]
_Unpack = Callable[..., Any]

_classes: dict[str, tuple[type, _Pack, _Unpack]] = {}


def storable(kind: type[_T], pack: Callable[[_T], dict[str, Any]], unpack: Callable[..., _T]) -> None:
    """Let documents with values of a class be written.

    Args:
        kind: The class.
        pack: A value as plain values by name.
        unpack: The value again; called with those names.
    """
    _classes[kind.__name__] = (kind, pack, unpack)


def _encode(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    known = _classes.get(type(value).__name__)
    if known is not None and type(value) is known[0]:
        return {_KEY: type(value).__name__, **known[1](value)}
    return chain(value) if chain else value


def _decode(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    known = _classes.get(value.get(_KEY, ""))
    if known is not None:
        return known[2](**{name: part for name, part in value.items() if name != _KEY})
    return chain(value) if chain else value


msgpack_encoders.register("kg", func=_encode)
msgpack_decoders.register("kg", func=_decode)
