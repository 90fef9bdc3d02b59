"""Markdown and plain text with YAML front matter: one paper a file, as in notes, static sites and preprint drafts.

Format: https://jekyllrb.com/docs/front-matter/ and https://pandoc.org/MANUAL.html#extension-yaml_metadata_block: a
block between ``---`` and ``---`` (or ``...``) at the very start. Keys are found as columns of a table are, ``--map``
included. The abstract is, in this order: the key ``abstract``, the body's section "Abstract", the body, a ``summary``
or ``description``. A body that is a whole paper without such a section is too long to be an abstract: then the title
alone is kept from it.

YAML is read by PyYAML's base loader: every value is the text that stands there (``arxiv: 2401.10010`` is no number
whose zero gets lost, ``NO`` is no truth value), no tag makes an object, and aliases are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.errors import RecordError
from kg.model import Paper, Source
from kg.protocols import Input, ReadOptions
from kg.readers.clean import has_bad_bytes
from kg.readers.lists import split_links
from kg.readers.markup import abstract_text, plain_text
from kg.readers.records import LONGEST_ABSTRACT, column_key, columns_for, paper_from

__all__ = ["READER", "FrontMatterReader"]

_LONGEST_FILE = 1 << 24
_LONGEST_BLOCK = 1 << 17
_DEEPEST = 50
_BLOCK = re.compile(r"---[ \t]*\n(?P<yaml>.*?)(?:\n|(?<=\n))(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"^([A-Za-z][\w -]{0,40}?)[ \t]*:(?:[ \t]|$)", re.MULTILINE)
_HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+(?P<text>[^\n]+)$", re.MULTILINE)
_UNDERLINED = re.compile(r"^(?P<text>[^\n#>-][^\n]*)\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_FENCED = re.compile(r"^(?P<fence>`{3,20}|~{3,20})[^\n]*\n.*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[(?P<text>[^\[\]]{0,500})\]\([^()\s]{0,2000}(?:\s[^()]{0,500})?\)")
_LINK = re.compile(
    r"\[(?P<text>[^\[\]]{1,500})\](?:\((?P<url>[^()\s]{0,2000})(?:\s[^()]{0,500})?\)|\[[^\[\]]{0,100}\])"
)
_AUTOLINK = re.compile(r"<(?P<url>https?://[^<>\s]{1,2000})>")
_LINE_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?|[-*+][ \t]+|\d{1,3}[.)][ \t]+|(?:[-*_][ \t]*){3,}$)", re.MULTILINE)
_STRONG = re.compile(r"(?<![\w*_])(\*\*|__|\*|_)(?=[^\s*_])([^*_\n]{0,500}?[^\s*_])\1(?![\w*_])")
_CODE = re.compile(r"(`{1,2})(?P<code>[^`\n]{1,500})\1")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,30}\]:?|\[@[^\[\]]{1,200}\]")
_NOTHING = frozenset(("~", "null", "Null", "NULL", ""))
_TEXTS = ("title", "abstract")


class FrontMatterReader:
    """Reader of the format ``front-matter``."""

    name = "front-matter"
    description = "Markdown or plain text with YAML front matter: a paper a file"
    extensions: tuple[str, ...] = (".md", ".markdown", ".txt")

    def sniff(self, source: Input) -> float:
        """Sure of a block with a title, fairly sure of one whose body has a title."""
        head = source.head_text
        block = _BLOCK.match(head)
        if block is None:
            # A block that is longer than the head.
            return 0.6 if head.startswith("---\n") and "title" in _keys(head) and len(head) > 60_000 else 0.0
        if _keys(block["yaml"]) & {"title", "papertitle"}:
            return 0.96
        return 0.6 if _keys(block["yaml"]) and _HEADING.search(head, block.end()) else 0.2

    def read(self, source: Input, options: ReadOptions) -> Iterator[Paper | RecordError]:
        """The paper; its position is 1."""
        text = source.text().read(_LONGEST_FILE + 1)
        if len(text) > _LONGEST_FILE:
            raise RecordError(f"a file of more than {_LONGEST_FILE} characters is no paper", 1)
        try:
            yield _paper(text, Source(path=source.path, format=self.name, position=1), options)
        except RecordError as error:
            yield RecordError(error.reason, 1)


READER = FrontMatterReader()


def _keys(yaml: str) -> set[str]:
    return {column_key(key) for key in _KEY.findall(yaml)}


def _paper(text: str, source: Source, options: ReadOptions) -> Paper:
    if has_bad_bytes(text):
        raise RecordError("not UTF-8")
    block = _BLOCK.match(text)
    if block is None:
        raise RecordError("no front matter: the file does not start with a block between --- and ---")
    record = _record(block["yaml"])
    body = text[block.end() :]
    columns = {name: list(keys) for name, keys in columns_for(record, options.columns).items()}
    title = next((record[key] for key in columns["title"] if record[key]), None) or _first_heading(body)
    abstract, links = _abstract(record, columns["abstract"], body)
    columns.update(title=["title"], abstract=["abstract"])
    if links:
        record["links of the body"] = links
        columns["links"].append("links of the body")
    # The texts are plain from here on; what is no text is for paper_from to refuse.
    record["title"] = plain_text(_unmarked(title), latex=True, tags=True) if isinstance(title, str) else title
    record["abstract"] = abstract
    return paper_from(record, columns, source)


def _record(yaml: str) -> dict[str, Any]:
    if len(yaml) > _LONGEST_BLOCK:
        raise RecordError(f"front matter of more than {_LONGEST_BLOCK} characters")
    record = _parsed(yaml)
    if not isinstance(record, dict):
        raise RecordError("front matter that is no list of keys and values")
    return {key: _value(value) for key, value in record.items() if isinstance(key, str)}


def _parsed(yaml: str) -> Any:
    from yaml import BaseLoader, YAMLError
    from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

    try:
        loader = BaseLoader(yaml)
        depth = 0
        while loader.check_event():
            event = loader.get_event()  # type: ignore[no-untyped-call]
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if isinstance(event, AliasEvent) or depth > _DEEPEST:
                raise RecordError("front matter with an alias, or nested too deeply")
        return BaseLoader(yaml).get_single_data()
    except (YAMLError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        where = f" in line {line + 2}" if line is not None else ""
        raise RecordError(f"not YAML: {' '.join(str(problem).split())}{where}") from error


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return None if value in _NOTHING else value
    if isinstance(value, list):
        return [item for item in map(_value, value) if item is not None]
    return {key: _value(item) for key, item in value.items()} if isinstance(value, dict) else None


def _first_heading(body: str) -> str | None:
    found = (_HEADING.search(body), _UNDERLINED.search(body))
    first = min((match for match in found if match), key=lambda match: match.start(), default=None)
    return first["text"].strip(" \t#") if first else None


def _abstract(record: dict[str, Any], keys: list[str], body: str) -> tuple[Any, list[str]]:
    """The abstract as plain text, and the links in it."""
    own = next((record[key] for key in keys if column_key(key) == "abstract" and record[key]), None)
    other = next((record[key] for key in keys if record[key]), None)
    for text in (own, _section(body), body, other):
        if text and not isinstance(text, str):
            return text, []
        if text and (plain := _plain(text)) and len(plain) <= LONGEST_ABSTRACT:
            return plain, _links(text)
    return "", []


def _section(body: str) -> str | None:
    """What stands under the heading "Abstract"."""
    headings = sorted([*_HEADING.finditer(body), *_UNDERLINED.finditer(body)], key=lambda match: match.start())
    for number, heading in enumerate(headings):
        if heading["text"].strip(" \t#*_:.").casefold() in ("abstract", "summary"):
            following = headings[number + 1].start() if number + 1 < len(headings) else len(body)
            return body[heading.end() : following]
    return None


def _links(text: str) -> list[str]:
    targets = [match["url"] for match in _LINK.finditer(text) if match["url"]]
    return [link for target in targets for link in split_links(target)]


def _plain(markdown: str) -> str:
    return abstract_text(_unmarked(markdown), latex=True, tags=True)


def _unmarked(markdown: str) -> str:
    """Markdown without its marks."""
    text = _FENCED.sub(" ", _COMMENT.sub(" ", markdown))
    text = _UNDERLINED.sub(lambda match: match["text"] + "\n", text)
    text = _HEADING.sub(lambda match: match["text"].strip(" \t#") + "\n", text)
    text = _AUTOLINK.sub(lambda match: match["url"], _LINE_MARKS.sub("", text))
    text = _LINK.sub(lambda match: match["text"], _IMAGE.sub(" ", _FOOTNOTE.sub("", text)))
    text = _CODE.sub(lambda match: match["code"], text)
    for _ in range(2):  # bold within italics
        text = _STRONG.sub(r"\2", text)
    return text
