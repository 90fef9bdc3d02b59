"""Compiled expressions of the hardware component, each anchored at a place that the automaton found."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.extractors.hardware_words import CLASS_MODIFIERS, CLASS_NOUNS, CONTEXT

SEPARATORS = re.compile(r"[\s_-]+")
PIECE = re.compile(r"[^\W\d_]+|\d+|[\s_-]+|[^\w\s-]")


def _any(words: Iterable[str]) -> str:
    """An alternation, the longest words first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


def _class_of(nouns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:[ -](?:{_any(CLASS_MODIFIERS)})){{0,3}}(?:[ -](?:{_any(nouns)})s?(?!\w|-[a-z]))+")


CLASS = _class_of(noun for noun in CLASS_NOUNS if noun.lower() not in ("arm", "hand"))
ROBOT_CLASS = _class_of(CLASS_NOUNS)
CLASS_OF = {
    "gpu": _class_of(noun for noun in CLASS_NOUNS if noun.lower() not in ("arm", "hand", "device", "robot")),
    "robot": ROBOT_CLASS,
    "cluster": _class_of(("supercomputer", "Supercomputer")),
}
"""Class words by the kind of the product; ``CLASS`` for other kinds."""
BRAND_CLASS = re.compile(r"((?: [A-Z][\w+-]*| \d[\w+-]*){0,3}?)" + ROBOT_CLASS.pattern)
MEMORY = re.compile(
    r"(?:[ -](?:S(?:XM|MX)\d?|PCI[eE]?|NVL|VRAM))*[ -]?\(?(?<![\d.])(\d{1,4}) ?(?:GB|GiB|G)\b"
    r"(?: (?:HBM\d\w?|VRAM|memory|RAM))?\)?"
)
MEMORY_BEFORE = re.compile(r"(?<![\w.])(\d{1,4}) ?G(?:i?B|b)? $")
FORM_FACTOR = re.compile(
    r"(?:[ -](?:S(?:XM|MX)\d?|PCIe?|PCI-E|NVL|Max-Q|Ada|Super|SUPER|Ti|"
    r"Maxwell|Pascal|Volta|Turing|Ampere|Hopper|Blackwell))+(?!\w)"
)
_UNIT = (
    r"(?![\w%×]|[.,]\d| ?(?:%|x\b|×|[fF][pP][sS]|k?Hz|ms\b|s\b|seconds|hours|days|minutes|times|nodes|GB\b|images|"
    r"[cC]ores?\b|threads))"
)
TAIL = {
    kind: re.compile(pattern + _UNIT)
    for kind, pattern in {
        "cpu": r"[ -]?(?:[A-Z]{1,2}\d?-)?[A-Z]?\d{3,5}[A-Z]{0,3}\d?(?: ?[vV]\d)?",
        "gpu": r"[ -]?(?:[A-Z]{1,2}[ -]?)?\d{2,4}[A-Z]{0,3}(?: ?(?:Ti|XTX|XT|SUPER|Super))?",
        "mobile": r"[ -]?(?:\d{1,3}[a-z+]?|X[SR]?|SE)(?: ?(?:Pro|Plus|Max|Ultra|XL|Mini|mini|Lite|Elite|Gen ?\d))*",
        "edge": r"[ -](?:\d[AB]?\+?|[A-Z]{1,3}\d{0,2}|Nano|Xavier|Orin|Thor|Zero|Pico|Mega|Uno)"
        r"(?: (?:Model [AB]\+?|NX|AGX|Nano|Super|\dW))*",
        "accelerator": r"[ -]?(?:[A-Z]{1,2})?\d{1,4}[A-Z]{0,2}",
        "tpu": r"[ -]?[vV]?\d{1,2}[a-z]?(?:-\d+)?",
        "sensor": r"[ -](?:[A-Z]{1,4}[- ]?\d{1,4}[A-Za-z]{0,3}|[vV]\d)",
        "robot": r"[ -](?:[A-Z]{1,3}[- ]?\d{1,4}[a-z+]?|\d{1,3}[a-z+]?)",
        "other": r"[ -]?\d{1,2}[A-Za-z]?(?: (?:Pro|Plus))?",
        "cluster": r"[ -](?:[A-Z]{1,3}\d{2,4}|\d)",
    }.items()
}
"""What makes a model of a product line, by kind."""
JOINED_TAIL = re.compile(r"-[A-Z]?\d{1,4}[A-Z]{0,2}" + _UNIT)
LINE_TAIL = {
    "gpu": re.compile(
        r"[ -]?(?:PRO |Pro )?(?:[A-Z]{1,2})?\d{3,4}[A-Z]{0,2}\d?(?:[ -]?(?:Ti|TI|ti|XTX|XT|SUPER|Super|Ada|D))*"
        r"(?: (?:Generation|Mobile|Max-Q|Laptop))?(?!\w)"
    ),
    "tpu": re.compile(r"[ -]?[vV]?\d{1,2}[a-z]?(?:-\d+)?(?: [Pp]ods?\b)?(?!\w)"),
}
MODEL = re.compile(
    r"n?[A-Z]{1,5}-?\d{1,5}[A-Za-z]{0,4}(?:-[A-Z\d]{1,4})?|\d{4} ?(?:Ti|ti|TI|XT)|[2-5]0[5-9]0D?|10[5-8]0"
)
SENSOR_MODEL = re.compile(r"[A-Z]{2,5}-?\d{2,5}[A-Za-z]{0,3}|[A-Z]\d{3,5}[a-z]?")
BRANDED = re.compile(
    r" (?:[A-Z]{1,6}[- ]?\d{1,5}[A-Za-z]{0,4}(?:-\d{1,4}[A-Za-z]{0,3})?(?: [A-Z]?\d{1,4}[A-Za-z]{0,2})?|"
    r"\d{4} ?(?:Ti|ti|XT))(?!\w)"
)
COINED = re.compile(r"(?:[A-Z]{3,}[\w]*|[A-Z][a-z]+[A-Z]\w*|[A-Z][\w-]*\d\w*|[a-z][A-Z]\w+)(?:-[A-Z\d]\w*)*")
CALLED = re.compile(
    r" ((?:[A-Z]{3,}\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]\w*\d\w*|[a-z][A-Z]\w+|[A-Z][a-z]{2,})(?:-[A-Z\d]\w*)*)"
    r"(?: (?:[IVX]+|\d{1,2})\b)?"
)
PROPER = re.compile(r"[A-Z][a-z]{2,}")
ARTICLE_BEFORE = re.compile(r"\b(?:the|an?|our|on|with|using|of) $")
_NAME = (
    r"(?:[A-Z]{3,20}\w{0,20}|[A-Z][a-z]{1,20}[A-Z]\w{0,20}|[A-Z][\w-]{0,20}\d\w{0,9}|[a-z]{1,6}[A-Z]\w{1,20}|"
    r"[A-Z][a-z]{2,20})(?:-[A-Z\d]\w{0,20}){0,3}(?: (?:Hand|[IVX]{1,4}|[vV]?\d(?:\.\d)?)(?!\w))?"
)
_PHRASE_WORDS = (
    r"(?:(?!(?:for|of|with|in|on|to|that|which|by|from|using|is|are|as|at|where|via|toward|towards|under|through)\b)"
    r"[\w/-]+,? (?:and )?){0,7}"
)
TITLED = re.compile(
    rf"({_NAME}) ?(?:[:：]| [-–—]) ?(?:(?:[Tt]he )?(?:[Dd]esign|[Dd]evelopment) (?:\w+ ){{0,2}}of )?(?:[Aa]n?|[Tt]he) "
    rf"{_PHRASE_WORDS}$"
)
PRESENTED = re.compile(
    r"\b(?:present|introduce|propose|describe|develop|design|report|built|build)(?:s|d|ed)? (?:here )?(?:the )?"
    rf"[\"“‘'`]{{0,2}}({_NAME})[\"”’'`]{{0,2}}(?: \([^()]{{3,60}}\))?, (?:an?|the first|our) {_PHRASE_WORDS}$"
)
NAMED = re.compile(
    r"(?:,| \()? ?(?:which (?:we|is|was) |we |is |are |hereafter )?"
    r"(?:call|called|named?|dubbed|termed|nicknamed|known as) "
    rf"(?:the )?[\"“‘'`]{{0,2}}({_NAME}(?: [A-Z][\w-]{{1,20}}){{0,3}})(?!\w)"
)
"""A device of the paper's own: "Name: a gripper" in a title, "we present Name, a gripper", "a gripper called Name"."""
DEFINED = re.compile(r" \(([A-Z]{2,6})s?\)")
MARKS = re.compile(r"(?:['’]s|\((?:R|TM|r|tm)\)|[®™])$")
SLICE = re.compile(r"-\d+(?: [Pp]ods?)?$")
MODIFIER = re.compile(r"[\w-]+-(?:mounted|legged|fingered|actuated)")
JOINED_NAME = re.compile(
    r"(?<![\w-])(?!(?:Multi|Single|Inter|Intra|Per|CPU|GPU|TPU|NPU|NIC|Non|Many|On|Off|Pre|Low|MR|VR|AR)-)[A-Z]\w*-$"
)
MEMORY_USE = re.compile(
    r"([CG]PU)[ -][Mm]emory (?:consumption|usages?|footprints?|pressure|overheads?|costs?|requirements|utilization|"
    r"demands?|budgets?)\b"
)
TASK_AFTER = re.compile(
    r" (?:navigation|localization|re-?localization|locomotion|tracking|poses?|SLAM|calibration|learning|odometry|"
    r"teleoperation|interactions?|"
    r"manipulation|skills?|behaviou?rs?|motions?|trajector(?:y|ies)|planning|ego-?motion|geometry|intrinsics|extrinsics)\b",
    re.IGNORECASE,
)
NO_NOUN_AFTER = re.compile(
    r"[.,;:)]|$| (?:and|or|to|in|on|is|are|with|for|that|which|can|as|at|has|have|from|by|of|mounted|was|while|were|"
    r"using|when|who|whose|where|but|developed|designed|built|"
    r"attached|installed|placed|applied|capable|inspired|actuated|driven|made|consisting|based|instead|without|during|"
    r"under|into|through|containing|featuring|equipped)\b"
)
NO_NOUN_BEFORE = re.compile(
    r"(?:\b(?:an?|of|and|or|with|from|by|single|two|three|four|multiple|in|on|using|several|one|many|as|like|both|only|"
    r"different|via|to)|[.,(]) $",
    re.IGNORECASE,
)
COMPUTING = re.compile(
    r"[CGT]PU|[Aa]ccelerator|[Dd]istributed training|HPC|[Ss]upercomput|[Ii]nterconnect|[Dd]ata ?center|"
    r"\bnodes?\b.{0,40}train"
)
DURATION = re.compile(r"(?:s?[ -]|·)?(?:hours?|hrs?|days?|months?|weeks?|years?|minutes|[Hh]ours)\b")
DIGITS_BEFORE = re.compile(r"(?<![\w.])\d[\d,]* $")
SENSOR_NOUN = re.compile(r"[ -](?:sensor|scanner|unit|module)s?(?!\w)")

_QUALITY = (
    r"(?:high-end|low-end|modern|commodity|consumer|consumer-grade|standard|different|additional|identical|cheap|old|desktop|powerful|"
    r"heterogeneous|real|recent|new|small|low-cost|tiny|distributed|parallel|physical|commercial|popular|cloud|off-the-shelf|"
    r"synchronized|calibrated|fixed|external|simulated|autonomous|regular|moderate|ordinary|typical|\d+ ?GB)"
)
COUNT = re.compile(
    r"(?<![\w.,$])(?:(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+(?=\s?[kK]))?)(\s?[kK](?=[\s+-]))?\+?|"
    r"((?:a )?single|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"sixteen|twenty|thirty-two|thirty|sixty-four|dual))(?:\s?[xX×*]|\s?\$\\times\$|\s?\\times)?[ -]?"
    rf"(?:{_QUALITY}[ -]){{0,2}}$",
    re.IGNORECASE,
)
NAME_GOES_ON = re.compile(r"[ -](?:(?:[\w-]+ )?(?:[Dd]ataset|[Bb]enchmark|[Dd]atabase|[Cc]orpus)\b|([A-Z]\w+))")
COUNT_AFTER = re.compile(r" ?[x×*] ?(\d{1,5})\b|s? \((\d{1,5})\)")
INTRODUCE = re.compile(
    r"\b(?:[Ww]e|[Pp]aper|[Ww]ork|[Aa]rticle|[Aa]uthors)\s+(?:have\s+)?(?:also\s+)?"
    r"(?:present|introduce|develop|propose|design|describe|build|built)(?:s|ed|d)?\s+(?:(?:an?|the|our)\s+)?(?:[\w-]+,?\s+){0,3}$"
)
PRODUCT_FOLLOWS = re.compile(
    r",? \(?(?:the |a |called |named |namely )?"
    r"(?:(?!(?:and|or|with|to|for|on|using|from|in|of|via|by|as|like|is|are)\b)\w+ )?"
)
NOUN_FOLLOWS = re.compile(r",? (?:\(|which is )?(?:an?|the) (?:[\w'’-]+ ){0,3}")
_COMPANY = r"(?:[Ll]i[Dd][Aa][Rr]|LIDAR|[Rr]adar|IMU|GPS|[Mm]icrophone|[Ll]aser|[Ss]onar)"
COMPANY_BEFORE = re.compile(rf"{_COMPANY}s?(?:,| and| or|/|-| &)? ?(?:and |or |a |the )?$")
COMPANY_AFTER = re.compile(rf"(?:,| and| or|/|-| &)? ?(?:and |or |a |the )?(?:\dD )?{_COMPANY}")
CONTEXTS = {kind: re.compile(pattern) for kind, pattern in CONTEXT.items()}
