"""Marked-up text to plain text. The offsets of mentions are those of the result, which is what is stored and shown.

Every reader of a format with markup passes titles, abstracts and names through ``plain_text``: character references,
HTML, JATS and MathML tags, LaTeX, and then what ``clean_text`` does for all readers (NFC, white space, no invisible
characters).

Tags: HTML (https://html.spec.whatwg.org/multipage/), JATS (https://jats.nlm.nih.gov/archiving/tag-library/) and
presentation MathML (https://www.w3.org/TR/mathml-core/). Only their names are tags: "a <mask> token" stays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from kg.readers.clean import clean_text
from kg.readers.latex import latex_text, script

__all__ = ["abstract_text", "inverted_index_text", "plain_text", "strip_tags", "unescape"]

# With the semicolon only: "R&Dagger" and "x&para" are no references, whatever HTML 5 says.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ATTRIBUTES = r"""(?:\s++[\w:.-]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>=]++))*+\s*+"""
_TAG = re.compile(rf"<(?P<end>/?)(?P<full>(?P<prefix>[A-Za-z]+:)?(?P<name>[A-Za-z][\w.-]*+)){_ATTRIBUTES}/?>")
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+-->|<!\[CDATA\[|\]\]>")
_SCRIPT = re.compile(
    rf"<(?:jats:)?(?P<tag>su[bp]){_ATTRIBUTES}>\s*(?P<text>[0-9+=()−–-]{{1,12}})\s*</(?:jats:)?(?P=tag)>", re.IGNORECASE
)
_PREFIXES = frozenset(("jats:", "mml:", "m:", "xhtml:", "html:"))
_INLINE = frozenset(
    "a abbr alternatives b bdi bdo big bold cite code del dfn em email ext-link fixed-case font i inline-formula "
    "inline-graphic ins institution italic kbd mark math menclose mfenced mfrac mi mmultiscripts mn mo monospace mover "
    "mpadded mphantom mprescripts mroot mrow ms msqrt mstyle msub msubsup msup mtext munder munderover named-content "
    "none nobr overline q roman s samp sans-serif sc semantics small span strike strong sub sup tt u underline uri url "
    "var wbr xref".split()
)
_BLOCKS = frozenset(
    "abstract article br body caption dd def disp-formula disp-quote div dl dt h1 h2 h3 h4 h5 h6 head hr html label li "
    "list list-item mspace mtable mtd mtr ol p pre sec section table tbody td th thead title tr ul".split()
)
_UNSEEN = frozenset(("script", "style", "annotation", "annotation-xml"))
_FORMULA = "tex-math"
_DOCUMENT = re.compile(r"\\begin\{document\}(?P<body>.*)\\end\{document\}", re.DOTALL)
_HEADING = re.compile(
    rf"<(?P<tag>(?:jats:)?title){_ATTRIBUTES}>(?P<text>[^<>]{{0,200}})</(?P=tag)>|<(?:jats:)?title{_ATTRIBUTES}/>",
    re.IGNORECASE,
)
_ABSTRACT_HEADINGS = frozenset(("abstract", "summary", "abstracts", "résumé", "zusammenfassung", "resumen"))
# "Abstract Deep networks are" has a heading, "Abstract domains are" and "Abstract Syntax Trees are" have none.
_LEADING_WORD = re.compile(
    r"(?i:abstract)\s*(?:[:.—–]\s*|\s[—–-]\s)|ABSTRACT\s+|Abstract(?=[A-Z][a-z])"
    r"|Abstract\s+(?=[A-Z])(?!(?:Syntax|Interpretation|Meaning|State|Reasoning|Argument|Domain|Data|Algebra|Concept"
    r"|Art|Machine|Wiki|Visual|Text|Scene|Class|Image|Plan|Task|Dialectical|GPU|Representation)\w*\b)"
)
_SOFT_BREAK = re.compile("\u00ad\\s*\n\\s*")
_MOST_WORDS = 100_000


def plain_text(text: str, *, latex: bool = False, tags: bool = False) -> str:
    """Clean text of a marked-up one.

    Args:
        text: As the input has it.
        latex: The text may hold LaTeX.
        tags: The text may hold HTML, JATS or MathML tags, once or twice escaped.

    >>> plain_text("<jats:p>CO<sub>2</sub> &amp;lt; 5 for a &lt;mask&gt; token</jats:p>", tags=True)
    'CO₂ < 5 for a <mask> token'
    """
    if tags and "<" in text:
        text = strip_tags(text)
    for _ in range(2):  # "&amp;lt;i&amp;gt;" is common: escaped once by the publisher and once by the format
        if "&" not in text:
            break
        text = unescape(text)
        if tags and "<" in text:
            text = strip_tags(text)
    if latex:
        text = latex_text(text)
    if "\u00ad" in text:
        text = _SOFT_BREAK.sub("", text)
    return clean_text(text)


def abstract_text(text: str, *, latex: bool = False, tags: bool = False) -> str:
    """Clean text of an abstract: its heading "Abstract" goes, headings within it end in a colon.

    >>> abstract_text("<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title>We ...", tags=True)
    'Aim: We ...'
    """
    if tags and "<" in text:
        text = _HEADING.sub(_heading, text)
    return _LEADING_WORD.sub("", plain_text(text, latex=latex, tags=tags), count=1) if text else ""


def _heading(match: re.Match[str]) -> str:
    words = (match["text"] or "").strip()
    if words.casefold().rstrip(".:") in _ABSTRACT_HEADINGS or not words:
        return " "
    return f" {words} " if words.endswith((":", ".", "?", "!")) else f" {words}: "


def unescape(text: str) -> str:
    """The characters that ``&eacute;``, ``&#233;`` and the like stand for; without the semicolon they are text."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text)


def strip_tags(text: str) -> str:
    """The text without the tags of HTML, JATS and MathML; those of blocks leave a space."""
    text = _SCRIPT.sub(_raised, _COMMENT.sub("", text))
    pieces: list[str] = []
    at = 0
    has_math = _has_math(text)
    unclosed: set[str] = set()
    for match in _TAG.finditer(text):
        if match.start() < at:
            continue
        gap = _gap(match)
        if gap is None:
            continue
        pieces += (text[at : match.start()], gap)
        at = match.end()
        name = match["name"].lower()
        if match["end"] or (name not in _UNSEEN and name != _FORMULA) or name in unclosed:
            continue
        stop = text.find(f"</{match['full']}", at)
        if stop < 0:
            unclosed.add(name)  # looked for once, or many of them would take quadratic time
        else:
            pieces.append(_formula(text[at:stop]) if name == _FORMULA and not has_math else "")
            at = stop
    pieces.append(text[at:])
    return "".join(pieces)


def _has_math(text: str) -> bool:
    return "<mml:math" in text or "<math" in text or "<m:math" in text


def _gap(match: re.Match[str]) -> str | None:
    """What a tag leaves behind; None where it is no tag of ours."""
    name = match["name"].lower()
    if match["prefix"]:
        if match["prefix"].lower() not in _PREFIXES:
            return None
        return " " if name in _BLOCKS else ""
    if name in _BLOCKS:
        return " "
    return "" if name in _INLINE or name in _UNSEEN or name == _FORMULA else None


def _formula(text: str) -> str:
    """A formula of which there is only the LaTeX: often a whole document around it."""
    match = _DOCUMENT.search(text)
    return latex_text(unescape(match["body"] if match else text))


def _raised(match: re.Match[str]) -> str:
    text = match["text"].replace("−", "-").replace("–", "-")
    return script("^" if match["tag"].lower() == "sup" else "_", text) or match["text"]


def inverted_index_text(index: Mapping[str, object]) -> str:
    """The text of an inverted index: word -> places, as OpenAlex writes abstracts.

    Gaps are closed, of two words at one place the one named first comes first, what is no place is left out.

    >>> inverted_index_text({"learning": [1, 5], "Deep": [0], "is": [2]})
    'Deep learning is learning'
    """
    placed: list[tuple[int, str]] = []
    for word, places in index.items():
        found = places if isinstance(places, list) else []
        placed += ((place, word) for place in found if type(place) is int)
        if len(placed) > _MOST_WORDS:
            break
    placed.sort(key=lambda item: item[0])
    return " ".join(word for _, word in placed[:_MOST_WORDS])
