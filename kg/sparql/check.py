"""What is refused before any engine sees it: updates, calls to other services, texts that no one writes by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.errors import QueryError

__all__ = ["RefusedError", "check_query", "with_parameters"]

_TOKEN = re.compile(
    r"(?P<skip>#[^\r\n]*|\s+)"
    r'|(?P<text>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\r\n]|\\.)*"|\'(?:[^\'\\\r\n]|\\.)*\')'
    r"|(?P<iri><[^<>\"{}|^`\\\x00-\x20]*>)"
    r"|(?P<variable>[?$]\w+)"
    r"|(?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:[\w:%-](?:[\w:.%\\~!$&'()*+,;=/?#@-]*[\w:%-])?)?)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES = frozenset("INSERT DELETE LOAD CLEAR CREATE DROP COPY MOVE ADD WITH".split())
_HEAD = frozenset(("BASE", "PREFIX", "VERSION"))
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_DEEPEST = 100
_LONGEST = 1_000_000


class RefusedError(QueryError):
    """A query that could be answered, but not here."""


def check_query(query: str) -> None:
    """Refuse what a question to this graph never needs.

    Raises:
        RefusedError: if it updates, calls another service, or is nested or long beyond measure.
    """
    if len(query) > _LONGEST:
        raise RefusedError(f"the query is longer than {_LONGEST:,} characters")
    # The standard lets "\\u0041" stand for a letter anywhere; engines differ in where they see it.
    for text in {query, _ESCAPE.sub(_unescaped, query)}:
        _check_tokens(text)


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x110000 else match[0]


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(query):
        if match.lastgroup != "skip":
            yield str(match.lastgroup), match[0]


def _check_tokens(query: str) -> None:
    depth = 0
    in_head = True
    for kind, text in _tokens(query):
        word = text.upper() if kind == "word" else ""
        if word == "SERVICE":
            raise RefusedError("SERVICE is refused: questions are answered from this graph alone")
        if word in _UPDATES and in_head:
            raise RefusedError(f"{word} is refused: the graph is only read")
        if word and word not in _HEAD:
            in_head = False
        depth += (text in _OPENING) - (text in _CLOSING)
        if depth > _DEEPEST:
            raise RefusedError(f"the query is nested more than {_DEEPEST} deep")


def with_parameters(query: str, terms: Mapping[str, str]) -> str:
    r"""The query with a term, in the syntax of SPARQL, for every ``$name`` that has one; ``?name`` stays a variable.

    >>> with_parameters("SELECT ?m { ?m rdfs:label $name . ?m rdfs:comment '$name' }", {"name": '"LoRA"'})
    'SELECT ?m { ?m rdfs:label "LoRA" . ?m rdfs:comment \'$name\' }'
    """
    if not terms:
        return query

    def replaced(match: re.Match[str]) -> str:
        name = match[0][1:] if match.lastgroup == "variable" and match[0].startswith("$") else None
        return terms.get(name, match[0]) if name else match[0]

    return _TOKEN.sub(replaced, query)
