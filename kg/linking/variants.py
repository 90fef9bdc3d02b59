"""Names that are a version, size or subset of another name."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["ancestor_names", "parent_name"]

_LONGEST = 200  # what is longer is a text, and the patterns take quadratic time
_SEP = r"[\s_-]+"
_VERSION = rf"(?:{_SEP})?v(?:er(?:sion)?\.?)?\s?\d+(?:\.\d+)*[a-z]?"
_NUMBER = r"[\s_-]?\d+(?:\.\d+)*"
_MINOR = r"(?<=\d)\.\d+"
_PARAMETERS = rf"(?:{_SEP})(?:a?\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)?[bmkt])"
_TUNED = (
    "instruct|chat|base|it|sft|dpo|rlhf|turbo|preview|thinking|reasoning|uncased|cased|distilled|quantized|lite|"
    "nano|tiny|mini|small|medium|large|huge|giant|xs|xl|xxl|flash|pro|ultra|max|plus|multilingual"
)
_PATCHED = r"(?:[\s_-]?(?:ti|s|b|l|h|g|xl|base|large|huge|small|tiny))?/\d{1,2}(?:@\d+(?:px)?)?"
_LETTERED = r"-(?:[a-z]\d{1,2}|[tsblhg]\d{0,2}|xs|xl)"
_RESOLUTION = r"[\s_@-]\d+(?:px|x\d+)"

_METHOD = (
    _PARAMETERS,
    rf"{_SEP}(?:{_TUNED})",
    _RESOLUTION,
    _PATCHED,
    _LETTERED,
    _VERSION,
    _MINOR,
    _NUMBER,
    r"(?<=\d)o",
)
_DATASET = (
    rf"{_SEP}\d+(?:\.\d+)?[kmb]\+?",
    rf"{_SEP}(?:full|lite|mini|tiny|small|medium|large|xl|verified|pro|plus|hard|easy|challenge|subset|cleaned|dev|val|test)",
    rf"(?:{_SEP})?(?:19|20)\d\d",
    _VERSION,
    _MINOR,
    _NUMBER,
    r"\+{1,2}",
)
_HARDWARE = (
    rf"{_SEP}\(?\d+\s?[gt]i?b\)?",
    rf"{_SEP}(?:sxm\d?|pcie|nvl\d*|hbm\d?e?|hgx|oam)",
    rf"{_SEP}(?:ti|super|laptop|mobile|max-q|pro|max|ultra|plus|mini|nano|nx|model [ab]\+?)",
    r"(?<=v\d)-\d+|(?<=v\d[ep])-\d+",
    _VERSION,
    r"(?:(?<=[a-z]{2})|[\s-])\d+(?:\.\d+)*[a-z]?",
)
_METRIC = (r"\s?@\s?[\w.]+", r"-(?:\d+|l|lsum|su4)", r"(?<=[a-z]{2})\d+")
_VENDORS = re.compile(
    r"^(?:nvidia|amd|intel|google(?: cloud)?|apple|qualcomm|huawei|graphcore|cerebras|arm|xilinx|aws|amazon)\s+(?=\S)",
    re.IGNORECASE,
)

_SUFFIXES = {
    entity_type: tuple(re.compile(rf"(?:{pattern})$", re.IGNORECASE) for pattern in patterns)
    for entity_type, patterns in (
        ("Method", _METHOD),
        ("Dataset", _DATASET),
        ("Hardware", _HARDWARE),
        ("Metric", _METRIC),
    )
}


def _is_name(text: str) -> bool:
    return any(c.isalpha() for c in text) and sum(c.isalnum() for c in text) >= 2


@lru_cache(maxsize=65536)
def parent_name(name: str, type: str) -> str | None:
    """The name without its last size or version suffix; None when it has none or nothing nameable would be left.

    Of hardware, the vendor goes first.

    >>> parent_name("LLaMA-2-70B", "Method"), parent_name("ViT-L/14", "Method"), parent_name("A100 80GB", "Hardware")
    ('LLaMA-2', 'ViT', 'A100')
    """
    if len(name) > _LONGEST:
        return None
    if type == "Hardware" and _is_name(bare := _VENDORS.sub("", name, count=1)) and bare != name:
        return bare
    for suffix in _SUFFIXES.get(type, ()):
        match = suffix.search(name)
        if match and match.start() and _is_name(rest := name[: match.start()].rstrip(" \t_-(,")):
            return rest
    return None


def ancestor_names(name: str, type: str) -> list[str]:
    """All names that suffixes leave, nearest first.

    >>> ancestor_names("Qwen2.5-7B-Instruct", "Method")
    ['Qwen2.5-7B', 'Qwen2.5', 'Qwen2', 'Qwen']
    """
    found: list[str] = []
    parent = parent_name(name, type)
    while parent is not None:
        found.append(parent)
        parent = parent_name(parent, type)
    return found
