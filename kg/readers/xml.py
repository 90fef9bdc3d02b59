"""Records of an XML file of any length, one at a time; what an XML file may not do to its reader, it cannot.

The parser is expat, which is part of Python (https://docs.python.org/3/library/pyexpat.html), with handlers of its own:
a declaration of an entity is refused (billion laughs, quadratic blow-up, external entities), a DTD is never fetched,
elements outside records are never kept, and a record that is too large or too deep is skipped to its end and reported.
lxml and defusedxml would need a tree first to find out about the latter.

Names are local: ``{http://www.w3.org/2005/Atom}entry`` is ``entry``, ``xml:lang`` is ``lang``.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import Element, SubElement
from xml.parsers import expat

from kg.errors import RecordError
from kg.readers.latex import script

__all__ = ["Element", "XmlRecord", "inner_text", "root_of", "xml_records"]

_CHUNK = 1 << 16
_LARGEST = 1 << 22
_DEEPEST = 100
_MOST_ELEMENTS = 200_000
_DEEPEST_SKIPPED = 10_000
_RAISED = {"sup": "^", "sub": "_"}
_BLOCKS = frozenset(
    "p sec title label list list-item disp-formula disp-quote br AbstractText br div li tr td th def dd dt".split()
)
_LONGEST_TOKEN = 1 << 22
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE(?:[^<>\[\]]|\[[^\]]*\])*>\s*)*", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>[\w.-]+)(?P<attributes>[^<>]*)")


@dataclass(frozen=True, slots=True)
class XmlRecord:
    """A record and where it stands.

    Attributes:
        number: Place among the records of its file, from 1.
        line: Line of its start tag, from 1.
        element: Its element, with local names.
        ancestors: The elements it lies in, outermost first; their names and attributes only.
    """

    number: int
    line: int
    element: Element
    ancestors: tuple[Element, ...]


def xml_records(
    stream: BinaryIO, names: Collection[str], *, largest: int = _LARGEST
) -> Iterator[XmlRecord | RecordError]:
    """The elements of these local names, in file order; one within another is part of that.

    Args:
        stream: The bytes, as ``Input.binary`` gives them; the declaration or a byte order mark names the encoding.
        names: Local names of the elements that are records.
        largest: Characters of text and attributes that a record may have.

    Yields:
        Records, and a ``RecordError`` with the record's number for each one that is too large or too deep.

    Raises:
        RecordError: where the file is no XML, ends too early or declares entities; the position is the number of the
            record in which, or before which, that is.
    """
    builder = _Builder(frozenset(names), largest)
    read = getattr(stream, "read1", stream.read)  # what there is: damage further on must not cost what came before
    while chunk := read(_CHUNK):
        builder.feed(chunk)
        yield from builder.taken()
        builder.check()
    builder.feed(b"", last=True)
    yield from builder.taken()
    builder.check()


def root_of(head: str) -> tuple[str, str] | None:
    """Local name and attributes, as written, of the root element; None where the text does not start as XML does.

    Args:
        head: The start of the file, ``Input.head_text``.
    """
    prolog = _PROLOG.match(head)
    match = _ROOT.match(head, prolog.end() if prolog else 0)
    return (match["name"], match["attributes"]) if match else None


def inner_text(element: Element | None) -> str:
    """All text within an element, that of blocks (paragraphs, titles) parted by spaces; empty for None."""
    if element is None:
        return ""
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: Element, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        gap = " " if child.tag in _BLOCKS else ""
        raised = script(_RAISED[child.tag], child.text or "") if child.tag in _RAISED and not len(child) else None
        pieces.append(gap)
        if raised is not None:
            pieces.append(raised)
        else:
            _collect(child, pieces)
        pieces += (gap, child.tail or "")


class _Builder:
    """Handlers of the parser: they build one record at a time."""

    def __init__(self, names: frozenset[str], largest: int) -> None:
        self._names = names
        self._largest = largest
        self._ready: deque[XmlRecord | RecordError] = deque()
        self._path: list[Element] = []
        self._open: list[Element] = []  # from the record down
        self._texts: list[str] = []
        self._ended: Element | None = None  # the element that a text would follow
        self._number = 0
        self._line = 0
        self._size = 0
        self._elements = 0
        self._too_deep = 0
        self._problem: str | None = None
        self._failure: RecordError | None = None
        self._fed = 0
        self._parser = parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.SkippedEntityHandler = self._skipped_entity
        parser.EntityDeclHandler = self._refuse_entity
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Parse on; a failure waits for ``check``, so that the records before it come first."""
        try:
            self._parser.Parse(chunk, last)
        except RecordError as error:
            self._failure = error
        except (expat.ExpatError, ValueError, LookupError) as error:
            # ValueError, LookupError: of an encoding that the parser or Python does not know
            self._failure = self._fatal(f"not XML: {str(error)[:200]}")
        self._fed += len(chunk)
        if not self._failure and self._fed - self._parser.CurrentByteIndex > _LONGEST_TOKEN:
            self._failure = self._fatal(f"not read on: a tag or comment of more than {_LONGEST_TOKEN} bytes")

    def taken(self) -> Iterator[XmlRecord | RecordError]:
        """What has been finished since the last call."""
        while self._ready:
            yield self._ready.popleft()

    def check(self) -> None:
        """Raise the failure, if there was one."""
        if self._failure:
            raise self._failure

    def _fatal(self, reason: str) -> RecordError:
        return RecordError(reason, self._number if self._open else self._number + 1)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        own = {_local(key): value for key, value in attributes.items()} if attributes else {}
        if not self._open:
            if len(self._path) >= _DEEPEST:
                raise self._fatal("not read on: nested too deeply")
            self._path.append(Element(tag, own))
            if tag in self._names:
                self._begin(tag, own)
            return
        self._flush()
        self._elements += 1
        self._size += sum(map(len, own.values()))
        if len(self._open) >= _DEEPEST or self._problem:
            self._skip_element()
        else:
            self._open.append(SubElement(self._open[-1], tag, own))
            self._ended = None
            self._check_size()

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._number += 1
        self._line = self._parser.CurrentLineNumber
        self._open = [Element(tag, attributes)]
        self._ended = None
        self._size = self._elements = 0
        self._problem = None

    def _skip_element(self) -> None:
        self._problem = self._problem or "nested too deeply"
        self._too_deep += 1
        if self._too_deep > _DEEPEST_SKIPPED:
            raise self._fatal("not read on: nested too deeply")

    def _check_size(self) -> None:
        if self._size > self._largest:
            self._problem = f"a record of more than {self._largest} characters"
        elif self._elements > _MOST_ELEMENTS:
            self._problem = f"a record of more than {_MOST_ELEMENTS} elements"

    def _end(self, name: str) -> None:
        if self._too_deep:
            self._too_deep -= 1
            return
        if not self._open:
            self._path.pop()
            return
        self._flush()
        self._ended = self._open.pop()
        if not self._open:
            self._finish(self._ended)

    def _finish(self, element: Element) -> None:
        self._path.pop()
        if self._problem:
            self._ready.append(RecordError(self._problem, self._number))
        else:
            self._ready.append(XmlRecord(self._number, self._line, element, tuple(self._path)))

    def _characters(self, text: str) -> None:
        if self._open and not self._problem:
            self._texts.append(text)
            self._size += len(text)
            self._check_size()

    def _flush(self) -> None:
        if not self._texts:
            return
        text = "".join(self._texts)
        self._texts.clear()
        if self._ended is None:
            self._open[-1].text = text
        else:
            self._ended.tail = text

    def _skipped_entity(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:  # of a DTD that was not read: most often a character of HTML
            self._characters(html.unescape(f"&{name};"))

    def _refuse_entity(self, name: str, *_: object) -> None:
        raise self._fatal(f"refused: the file declares an entity ({name[:50]!r})")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
