#!/usr/bin/env python3
"""Choose corpus papers that are worth annotating: those the extractor is least sure of, rich in hardware and datasets.

    python benchmarks/choose_papers.py ../shared/corpus/conference-papers.jsonl.gz --gold ../shared/gold --papers 640

A paper scores by the uncertainty of its forms, the mean of 1 - |2p - 1| over all candidates of the decision model (p:
probability of being anything at all), and gains by named hardware and datasets. Papers of the gold files (by title) are
left out, and no venue gives more than its share. Writes the ids of the chosen papers, one a line, best first.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kg.extractors.base import TITLE_SEPARATOR, candidates_of
from kg.extractors.cues import load_model, probabilities, typed_features
from kg.extractors.pipeline import COMPONENTS, create_pipeline
from kg.ids import digest, title_key

VENUE_SHARE = 0.12


def corpus_papers(path: Path, every: int) -> Iterator[tuple[str, str, str]]:
    """Id, title and abstract of each ``every``-th paper (by a digest of its id) that has an abstract of some length."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if len(record["abstract"]) > 400 and int(digest(record["id"], 8), 16) % every == 0:
                yield record["id"], record["title"], record["abstract"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--papers", type=int, default=640)
    parser.add_argument("--every", type=int, default=6, help="look at each Nth paper of the corpus only")
    arguments = parser.parse_args()
    known = set()
    for gold in sorted(arguments.gold.glob("*.jsonl")):
        known |= {title_key(json.loads(line)["title"]) for line in gold.read_text(encoding="utf-8").splitlines()}
    model = load_model()
    _, place = model.columns["types"]
    nlp = create_pipeline(c for c in COMPONENTS if c not in ("kg_cues", "kg_results"))
    scored = []
    for paper, title, abstract in corpus_papers(arguments.corpus, arguments.every):
        if title_key(title) in known:
            continue
        doc = nlp.make_doc(title + TITLE_SEPARATOR + abstract)
        doc._.kg_title_end = len(title)
        for _, component in nlp.pipeline:
            doc = component(doc)
        _, features = typed_features(doc)
        if len(features) < 4:
            continue
        anything = 1 - probabilities(model.scores(features)[:, place])[:, 0]
        doubt = float((1 - abs(2 * anything - 1)).mean())
        rich = sum(c.named and c.type in ("Hardware", "Dataset") for c in candidates_of(doc))
        scored.append((doubt + 0.06 * min(rich, 5), paper))
    chosen: list[str] = []
    venues: Counter[str] = Counter()
    for _, paper in sorted(scored, key=lambda s: (-s[0], s[1])):
        venue = paper.split(":")[0].rstrip("0123456789")
        if venues[venue] < VENUE_SHARE * arguments.papers:
            venues[venue] += 1
            chosen.append(paper)
        if len(chosen) == arguments.papers:
            break
    print("\n".join(chosen))


if __name__ == "__main__":
    main()
