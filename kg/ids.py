"""Name normalisation and stable ids. Pure string functions: same name, same id, on every machine."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

__all__ = ["arxiv_id_of", "digest", "doi_of", "entity_id", "link_key", "paper_id", "slug", "title_key"]

_SIGNS = str.maketrans({"+": " plus ", "#": " sharp ", "*": " star ", "&": " and ", "@": " at "})
_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))
_NOT_WORD = re.compile(r"[\W_]+")
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(?:v\d+)?(?!\d)|\b([a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\b")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+", re.IGNORECASE)
_HAS_PLURAL = frozenset(("Method", "Dataset", "Hardware", "Task", "Metric"))
_ACRONYMS = re.compile(r"[A-Z\d]s$")
_JOINT = re.compile(r"(?<=[^\W\d_])-(?=\d)")
_ACRONYM_IN_S = re.compile(r"(?:^|[^A-Z])(?=\w{2,6}$)\w*[A-Z]S$")
_DISTINCT_S = ("ss", "us", "is", "ics", "os", "as")
_ES = ("sses", "shes", "xes", "tches", "oaches", "nches", "rches")
_SINGULAR = dict(
    pair.split(":")
    for pair in """analyses:analysis areas:area axes:axis biases:bias cameras:camera cookies:cookie formulas:formula
    hypotheses:hypothesis indices:index lemmas:lemma lens:lens lenses:lens matrices:matrix means:means movies:movie
    news:news personas:persona schemas:schema series:series species:species vertices:vertex""".split()
)
"""Words whose singular their ending does not tell: k-means is no plural of k-mean, cameras is one of camera."""


def digest(text: str, length: int = 16) -> str:
    """First ``length`` hexadecimal digits of the SHA-256 of the text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


@lru_cache(maxsize=65536)
def slug(name: str) -> str:
    """Lower-case words joined by hyphens; letters of any script stay, signs that tell names apart are spelt out.

    >>> slug("RRT*"), slug("C++"), slug("ViT-L/14"), slug("Pokémon"), slug("हिन्दी")
    ('rrt-star', 'c-plus-plus', 'vit-l-14', 'pokémon', 'हिन्दी')
    """
    text = unicodedata.normalize("NFKC", name).casefold().translate(_SIGNS)
    if text.isascii():
        return _NOT_WORD.sub("-", text).strip("-") or "x" + digest(name, 12)
    text = unicodedata.normalize("NFKC", text).replace("i\u0307", "i")
    return _NOT_WORD.sub(_gap, text).strip("-") or "x" + digest(name, 12)


def _gap(match: re.Match[str]) -> str:
    """What stays of a stretch without letters: the accents and vowel signs of the letter before it, and a hyphen."""
    run = match[0]
    marks = 0
    while match.start() and marks < len(run) and unicodedata.category(run[marks]) in ("Mn", "Mc"):
        marks += 1
    return run[:marks].translate(_SELECTORS) + ("-" if marks < len(run) else "")


def _singular(word: str, written: str) -> str:
    """A word of a slug without its plural ``s``, given how the name writes it."""
    if _ACRONYM_IN_S.search(written):
        return word
    if _ACRONYMS.search(written):
        return word[:-1]
    if word in _SINGULAR:
        return _SINGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(_ES):
        return word[:-2]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(_DISTINCT_S) else word


@lru_cache(maxsize=65536)
def link_key(name: str) -> str:
    """What two spellings of one name share: case, hyphens, spaces and a plural ``s`` on the last word do not count.

    The capital S of a short acronym is no plural: GPS is not several GPs.

    >>> link_key("CIFAR-10") == link_key("CIFAR10"), link_key("Vision Transformers") == link_key("vision transformer")
    (True, True)
    >>> link_key("GPS") == link_key("GP"), link_key("GPs") == link_key("GP")
    (False, True)
    """
    parts = slug(name).split("-")
    return "".join([*parts[:-1], _singular(parts[-1], name)])


@lru_cache(maxsize=65536)
def entity_id(entity_type: str, name: str) -> str:
    """Stable id of an entity: its type and its name, plural and the joint between letters and digits evened out.

    >>> entity_id("Method", "ResNet-50"), entity_id("Method", "ResNet50s"), entity_id("Dataset", "Cityscapes")
    ('method:resnet50', 'method:resnet50', 'dataset:cityscapes')
    >>> entity_id("Author", "Ronald Williams")
    'author:ronald-williams'
    """
    words = slug(name).split("-")
    if entity_type in _HAS_PLURAL and _is_plural(entity_type, name.split()):
        words[-1] = _singular(words[-1], name)
    return f"{entity_type.lower()}:{_JOINT.sub('', '-'.join(words))}"


def _is_plural(entity_type: str, words: list[str]) -> bool:
    """Whether an s at the end counts things ("LLMs", "Vision Transformers") and is no part of a name ("Cityscapes")."""
    if not words:
        return False
    several = len(words) > 1 and entity_type != "Dataset"
    return words[-1].islower() or _ACRONYMS.search(words[-1]) is not None or several


@lru_cache(maxsize=4096)
def title_key(title: str) -> str:
    """A title without case, punctuation and white space."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", title).casefold()) or title.strip()


def arxiv_id_of(text: str | None) -> str | None:
    """The arXiv id in a string (bare, ``arXiv:``-prefixed or a URL), without its version; None when there is none."""
    match = _ARXIV.search(text) if text else None
    return (match[1] or match[2]) if match else None


def doi_of(text: str | None) -> str | None:
    """The DOI in a string, lower-cased (DOIs ignore case); None when there is none."""
    match = _DOI.search(text) if text else None
    return match[0].rstrip(".,;)").lower() if match else None


def paper_id(title: str, *, arxiv_id: str | None = None, doi: str | None = None) -> str:
    """Stable id of a paper: its arXiv id, else its DOI, else a digest of its normalised title."""
    if arxiv_id:
        return f"arxiv:{arxiv_id}"
    return f"doi:{doi}" if doi else f"title:{digest(title_key(title))}"
