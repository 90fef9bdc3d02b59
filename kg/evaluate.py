"""How good extractions are against annotated papers: precision, recall and F1, by groups, and calibration.

A surface form counts once a paper and type, compared as it is written but for white space. What the annotators marked
as a common noun counts neither for nor against the figures of proper names. Entities are clusters of forms, matched one
to one by the forms they share. Nothing here knows where annotations and predictions come from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.schema import CORE_TYPES

__all__ = [
    "BY",
    "CORE",
    "GROUPS",
    "TYPES",
    "Bin",
    "Calibration",
    "GoldEntity",
    "GoldPaper",
    "Guess",
    "Outcomes",
    "calibration",
    "figures",
    "gold_paper",
    "guesses_of",
    "kinds",
    "matched",
    "outcomes",
    "sources",
]

TYPES = ("Method", "Dataset", "Hardware", "Task", "Metric")
CORE = CORE_TYPES
GROUPS: Mapping[str, tuple[str, ...]] = {"core": CORE, "every": TYPES}
BY = ("type", "kind", "source")
_ROLES = {
    "introduces": "introduced",
    "proposes": "introduced",
    "uses": "used",
    "trains_on": "trained",
    "trained_on": "trained",
    "evaluates_on": "used",
    "evaluated_on": "used",
    "runs_on": "used",
    "compares_with": "compared",
    "compares_to": "compared",
    "addresses": "addressed",
    "mentions": "mentioned",
    "reports": "reported",
}
_BINS = 10
_SURE = 0.9

Figures = dict[str, Any]
"""For "named", "all" and "ent": {"p", "r", "f1", "gold"}; for "role" the share of right roles, None without any."""


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """An annotated entity: the forms it has in its paper."""

    type: str
    forms: frozenset[str]
    named: bool
    role: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class GoldPaper:
    """An annotated paper. ``source`` says where it comes from: its own word for it, else the beginning of its id."""

    id: str
    title: str
    source: str
    entities: tuple[GoldEntity, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """A predicted mention. ``entity`` is the cluster it belongs to; ``found_by`` the kind it has, or its extractor."""

    type: str
    text: str
    entity: str
    named: bool
    role: str
    confidence: float | None
    found_by: str


Pair = tuple[GoldPaper, Sequence[Guess]]


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def gold_paper(record: Any) -> GoldPaper:
    """An annotated paper of a JSON record ``{"id", "title", "entities": [{"type", "forms", "named", "role"}]}``.

    Raises:
        ValueError: if the record is no such object; the message says what is wrong.
    """
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise ValueError("is no object with an id")
    entities = record.get("entities")
    if not isinstance(entities, list):
        raise ValueError(f"paper {record['id']} has no list of entities")
    title = record.get("title")
    return GoldPaper(
        record["id"],
        _squeeze(title).lower() if isinstance(title, str) else "",
        _source_of(record),
        tuple(_gold_entity(entity, record["id"]) for entity in entities),
    )


def _source_of(record: Mapping[str, Any]) -> str:
    """Where a paper comes from: its field "source", the venue before a colon of its id, or what the id begins with."""
    if isinstance(record.get("source"), str):
        return str(record["source"])
    head, sign, _ = str(record["id"]).partition(":")
    if sign:
        return head.rstrip("0123456789") or head
    head, sign, _ = str(record["id"]).partition("-")
    return head if sign and head else "other"


def _gold_entity(entity: Any, paper: str) -> GoldEntity:
    try:
        forms = frozenset(_squeeze(form) for form in entity["forms"])
        kind = entity.get("kind")
        found = GoldEntity(entity["type"], forms, bool(entity["named"]), str(entity["role"]), kind)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"paper {paper}: an entity lacks type, forms, named or role, or has a wrong one") from error
    if found.type not in TYPES:
        raise ValueError(f"paper {paper}: unknown type {found.type!r}; known: {', '.join(TYPES)}")
    return found


def guesses_of(record: Any) -> tuple[str, str, list[Guess]]:
    """Id, title in lower case and mentions of a JSON record as ``kg extract`` writes it.

    Raises:
        ValueError: if the record is no such object; the message says what is wrong.
    """
    if not isinstance(record, dict) or not isinstance(record.get("mentions"), list):
        raise ValueError("is no object with a list of mentions")
    name = record.get("paper_id") or record.get("id")
    try:
        return str(name), _squeeze(record.get("title") or "").lower(), [_guess(m) for m in record["mentions"]]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"paper {name}: a mention lacks type or text, or has a wrong one") from error


def _guess(mention: Mapping[str, Any]) -> Guess:
    text = _squeeze(mention["text"])
    role = str(mention.get("role") or "").lower()
    confidence = mention.get("confidence")
    kind = (mention.get("attributes") or {}).get("kind")
    return Guess(
        str(mention["type"]),
        text,
        str(mention.get("entity") or text),
        mention.get("named") is not False,
        _ROLES.get(role, role),
        None if confidence is None else float(confidence),
        str(kind or mention.get("extractor") or ""),
    )


def matched(
    gold: Iterable[GoldPaper], predicted: Iterable[tuple[str, str, list[Guess]]]
) -> Iterator[tuple[GoldPaper, list[Guess] | None]]:
    """Each annotated paper with its mentions, by id, else by title; None where there is no prediction."""
    by_id: dict[str, list[Guess]] = {}
    by_title: dict[str, list[Guess]] = {}
    for name, title, guesses in predicted:
        by_id[name] = by_title[title] = guesses
    for paper in gold:
        found = by_id.get(paper.id)
        yield paper, by_title.get(paper.title) if found is None and paper.title else found


@dataclass(frozen=True, slots=True)
class _Forms:
    """The distinct forms of one type in one paper."""

    named: set[str]
    rest: set[str]
    guessed: set[str]
    guessed_named: set[str]

    @property
    def counted(self) -> set[str]:
        """Predicted forms that count for or against the proper names."""
        return (self.guessed_named - self.rest) | (self.guessed & self.named)


def _forms(entities: Sequence[GoldEntity], guesses: Sequence[Guess]) -> _Forms:
    named = {form for entity in entities if entity.named for form in entity.forms}
    return _Forms(
        named,
        {form for entity in entities if not entity.named for form in entity.forms} - named,
        {guess.text for guess in guesses},
        {guess.text for guess in guesses if guess.named},
    )


def _of_type(paper: GoldPaper, guesses: Sequence[Guess], name: str) -> tuple[list[GoldEntity], list[Guess]]:
    return [e for e in paper.entities if e.type == name], [g for g in guesses if g.type == name]


@dataclass(slots=True)
class _Cluster:
    forms: set[str]
    roles: set[str]
    named: bool = False


def _clusters(guesses: Sequence[Guess]) -> list[_Cluster]:
    found: dict[str, _Cluster] = {}
    for guess in guesses:
        cluster = found.setdefault(guess.entity, _Cluster(set(), set()))
        cluster.forms.add(guess.text)
        cluster.named = cluster.named or guess.named
        if guess.role:
            cluster.roles.add(guess.role)
    return list(found.values())


def _match(gold: Sequence[GoldEntity], guessed: Sequence[_Cluster]) -> list[tuple[int, int]]:
    """Pairs of clusters, one to one, those that share most forms first."""
    shared = (
        (-len(entity.forms & cluster.forms), i, j)
        for i, entity in enumerate(gold)
        for j, cluster in enumerate(guessed)
        if entity.forms & cluster.forms
    )
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for _, i, j in sorted(shared):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((i, j))
    return pairs


def _tally(entities: Sequence[GoldEntity], guesses: Sequence[Guess]) -> Counter[str]:
    """The counts of one type in one paper."""
    forms = _forms(entities, guesses)
    gold_all = forms.named | forms.rest
    clusters = _clusters(guesses)
    pairs = _match(entities, clusters)
    named = sum(entities[i].named for i, _ in pairs)
    taken = {j for _, j in pairs}
    return Counter(
        named_tp=len(forms.guessed & forms.named),
        named_pred=len(forms.counted),
        named_gold=len(forms.named),
        all_tp=len(forms.guessed & gold_all),
        all_pred=len(forms.guessed),
        all_gold=len(gold_all),
        ent_tp=named,
        ent_pred=named + sum(c.named for j, c in enumerate(clusters) if j not in taken),
        ent_gold=sum(entity.named for entity in entities),
        role_ok=sum(entities[i].role in clusters[j].roles for i, j in pairs),
        role_n=len(pairs),
    )


def _prf(tp: int, predicted: int, gold: int) -> dict[str, float]:
    """Precision, recall, F1, rounded to four places, and the number of gold items."""
    p = tp / predicted if predicted else 0.0
    r = tp / gold if gold else 0.0
    f1 = 2 * p * r / (p + r) if p + r else 0.0
    return {"p": round(p, 4), "r": round(r, 4), "f1": round(f1, 4), "gold": gold}


def _figures_of(counts: Counter[str]) -> Figures:
    found: Figures = {
        what: _prf(counts[f"{what}_tp"], counts[f"{what}_pred"], counts[f"{what}_gold"])
        for what in ("named", "all", "ent")
    }
    found["role"] = round(counts["role_ok"] / counts["role_n"], 4) if counts["role_n"] else None
    return found


def figures(pairs: Iterable[Pair]) -> dict[str, Figures]:
    """The figures of each type, of the three core types together and of all types.

    Args:
        pairs: Annotated papers with their predicted mentions, none for a paper without a prediction.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in TYPES}
    for paper, guesses in pairs:
        for name in TYPES:
            counts[name].update(_tally(*_of_type(paper, guesses, name)))
    for group, names in GROUPS.items():
        counts[group] = sum((counts[name] for name in names), Counter())
    return {name: _figures_of(found) for name, found in counts.items()}


def sources(pairs: Iterable[Pair]) -> dict[str, tuple[int, Figures]]:
    """Number of papers and core figures for each source of papers, by its name."""
    groups: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair[0].source].append(pair)
    return {name: (len(groups[name]), figures(groups[name])["core"]) for name in sorted(groups)}


def kinds(pairs: Iterable[Pair]) -> dict[tuple[str, str], dict[str, float]]:
    """Figures of proper names by type and kind, by type and extractor where entities have no kind.

    A form belongs to the kind that its annotation says, a wrong one to the kind that was predicted. Extractors share
    the annotated forms of their type, so that the recall of one is the share of them that it found.
    """
    right: Counter[tuple[str, str]] = Counter()
    guessed: Counter[tuple[str, str]] = Counter()
    gold: Counter[tuple[str, str]] = Counter()
    for paper, guesses in pairs:
        for name in TYPES:
            entities, mentions = _of_type(paper, guesses, name)
            forms = _forms(entities, mentions)
            kind_of = {form: e.kind or "" for e in entities if e.named for form in sorted(e.forms)}
            found_by = {guess.text: guess.found_by for guess in reversed(mentions)}
            gold.update((name, kind_of[form]) for form in forms.named)
            right.update((name, kind_of[form] or found_by[form]) for form in forms.guessed & forms.named)
            guessed.update((name, kind_of.get(form) or found_by[form]) for form in forms.counted)
    keys = {key for key in (*guessed, *gold) if key[1]}
    return {
        key: _prf(right[key], guessed[key], gold[key] or gold[key[0], ""])
        for key in sorted(keys, key=lambda key: (TYPES.index(key[0]), key[1]))
    }


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Confidence and truth of each distinct predicted form of the core types, and how many forms there are to find."""

    scored: list[tuple[float, bool]]
    gold: int


def outcomes(pairs: Iterable[Pair]) -> dict[str, Outcomes]:
    """The outcomes of the proper names ("named") and of all forms ("all"), by the rules of the figures.

    A form's confidence is the highest of its mentions.

    Raises:
        ValueError: if a mention has no confidence, or one that is not between 0 and 1.
    """
    found = {"named": ([], 0), "all": ([], 0)}  # type: dict[str, tuple[list[tuple[float, bool]], int]]
    for paper, guesses in pairs:
        for name in CORE:
            entities, mentions = _of_type(paper, guesses, name)
            forms = _forms(entities, mentions)
            sure = _confidences(paper.id, mentions)
            for what, counted, gold in (
                ("named", forms.counted, forms.named),
                ("all", forms.guessed, forms.named | forms.rest),
            ):
                scored, number = found[what]
                scored.extend((sure[form], form in gold) for form in sorted(counted))
                found[what] = (scored, number + len(gold))
    return {what: Outcomes(*value) for what, value in found.items()}


def _confidences(paper: str, mentions: Sequence[Guess]) -> dict[str, float]:
    """The highest confidence of each form."""
    sure: dict[str, float] = {}
    for guess in mentions:
        if guess.confidence is None or not 0 <= guess.confidence <= 1:
            raise ValueError(f"paper {paper}: the mention {guess.text!r} has no confidence between 0 and 1")
        sure[guess.text] = max(guess.confidence, sure.get(guess.text, 0.0))
    return sure


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions whose confidence is in ``[low, high)`` (the last bin holds 1 too)."""

    low: float
    high: float
    count: int
    confidence: float
    precision: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far confidences mean what they say.

    Attributes:
        bins: The bins that hold predictions, in order.
        error: Expected calibration error: the mean distance of confidence and precision, weighted by the bins' counts.
        sure: Number of predictions with a confidence of 0.9 and more; their ``sure_precision`` and ``sure_recall``.
    """

    bins: tuple[Bin, ...]
    error: float
    sure: int
    sure_precision: float
    sure_recall: float


def calibration(found: Outcomes) -> Calibration:
    """Reliability in ten bins of equal width, and the expected calibration error over them.

    M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI
    2015.
    """
    held: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for confidence, right in found.scored:
        held[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    bins = tuple(
        Bin(number / _BINS, (number + 1) / _BINS, len(inside), _mean(c for c, _ in inside), _mean(r for _, r in inside))
        for number, inside in enumerate(held)
        if inside
    )
    total = max(1, len(found.scored))
    sure = [right for confidence, right in found.scored if confidence >= _SURE]
    return Calibration(
        bins,
        sum(b.count * abs(b.confidence - b.precision) for b in bins) / total,
        len(sure),
        _mean(sure),
        sum(sure) / found.gold if found.gold else 0.0,
    )


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held) if held else 0.0
