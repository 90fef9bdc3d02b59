"""Hardware in titles and abstracts: products by name, products by the way they are named, and common nouns.

One Aho-Corasick pass over the case-folded text finds where something may begin: a form of the hardware vocabulary, a
product line ("RTX"), a vendor, or a noun that is hardware together with what stands before it ("stereo camera"). Only there do
anchored expressions look left for the vendor, the modifiers and the number of units, and right for model number, memory size
and class word, so that products no vocabulary knows are found by the same rules as those it does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind
from spacy.language import Language
from spacy.tokens import Doc

from kg.extractors.base import Candidate, Component, add_candidates
from kg.extractors.hardware_words import (
    BARE_WITH_COMPANY,
    CONTEXT,
    COUNT_WORDS,
    HEADS,
    LINES,
    MODIFIERS,
    NEVER_BARE,
    NOT_A_NAME,
    VENDORS,
)
from kg.model import Attributes
from kg.vocabulary import SEEDS, Entry, load_vocabulary
