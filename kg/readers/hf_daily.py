"""Daily papers of Hugging Face, as its API gives them: ``https://huggingface.co/api/daily_papers?date=2025-05-28``.

Format: https://huggingface.co/docs/hub/api and https://huggingface.co/docs/hub/paper-pages. The answer is an array of
objects whose ``paper`` is the paper; one such paper by itself (``/api/papers/ID``) is read too. What is taken: title,
summary (LaTeX as on arXiv), authors that are not hidden, the date on arXiv (not the day it was listed), upvotes, code
and project page, organisation. What a model wrote (``ai_summary``, ``ai_keywords``) is left out.

Rejected, with the reason: papers withdrawn from the site.
"""

from __future__ import annotations

import re
from typing import Any

from kg.errors import RecordError
from kg.ids import arxiv_id_of
from kg.model import Paper, Source
from kg.readers.dates import iso_date
from kg.readers.draft import Draft, Organization, Person
from kg.readers.json_values import JsonFormat, number, objects, string, within
from kg.readers.lists import split_links
from kg.readers.markup import abstract_text, plain_text

__all__ = ["READER"]

_WRAPPED = re.compile(r'"paper"\s*:\s*\{')
_OF_HUGGING_FACE = frozenset(("discussionId", "upvotes", "numComments", "submittedBy", "submittedOnDailyAt"))


def _recognise(keys: set[str], head: str) -> bool:
    if not {"publishedAt", "summary"} <= keys or not keys & _OF_HUGGING_FACE:
        return False
    return _WRAPPED.search(head) is not None or "discussionId" in keys


def _convert(entry: dict[str, Any], source: Source) -> Paper:
    held = entry.get("paper")
    paper: dict[str, Any] = held if isinstance(held, dict) else entry
    if paper.get("withdrawnAt"):
        raise RecordError("withdrawn from the site")
    people = [
        Person(name)
        for author in objects(paper.get("authors"))
        if author.get("hidden") is not True and (name := plain_text(string(author.get("name")), latex=True))
    ]
    links = [url for key in ("githubRepo", "projectPage") for url in split_links(string(paper.get(key)))]
    own_id = string(paper.get("id"))
    return Draft(
        title=plain_text(_either(paper, entry, "title"), latex=True),
        abstract=abstract_text(_either(paper, entry, "summary"), latex=True),
        date=iso_date(_either(paper, entry, "publishedAt")),
        people=people,
        organizations=[Organization(name) for name in _organizations(paper, entry)],
        arxiv_id=own_id,
        links=links,
        upvotes=number(paper.get("upvotes")),
        identifiers=[f"hf:{own_id}"] if own_id and not arxiv_id_of(own_id) else [],
    ).paper(source)


def _either(paper: dict[str, Any], entry: dict[str, Any], key: str) -> str:
    return string(paper.get(key)) or string(entry.get(key))


def _organizations(paper: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    """The full name; the name is its handle on the site."""
    held = [paper.get("organization"), entry.get("organization")]
    names = (string(within(item, "fullname")) or string(within(item, "name")) for item in held)
    return [name for text in names if (name := plain_text(text))]


READER = JsonFormat(
    "hf-daily",
    "daily papers of Hugging Face, as its API gives them",
    (".json", ".jsonl"),
    recognise=_recognise,
    convert=_convert,
    arrays=frozenset(("papers", "dailyPapers", "results")),
)
