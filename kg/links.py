"""Web links of papers: their kind, the part they play, and a stable id. Pure string functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from kg.ids import arxiv_id_of, doi_of

__all__ = ["Link", "parse_link"]

_KINDS = {
    "github.com": "github",
    "gist.github.com": "github",
    "gitlab.com": "gitlab",
    "huggingface.co": "huggingface",
    "hf.co": "huggingface",
    "bitbucket.org": "bitbucket",
    "codeberg.org": "codeberg",
    "zenodo.org": "zenodo",
    "kaggle.com": "kaggle",
    "anonymous.4open.science": "anonymous",
    "arxiv.org": "arxiv",
    "doi.org": "doi",
    "dx.doi.org": "doi",
}
_SAME_HOST = {"hf.co": "huggingface.co", "dx.doi.org": "doi.org"}
_PAGES = ("arxiv", "doi", "project")
_PAPER_HOSTS = ("arxiv", "doi", "huggingface")
_OWNER_AND_NAME = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co")
_COLLECTIONS = ("datasets", "spaces", "papers", "collections")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A web link.

    Attributes:
        id: Entity id; links to one repository share it, whatever the scheme, case or page within the repository.
        url: Absolute URL.
        kind: Host family ("github", "huggingface", "arxiv", "project" ...).
        role: "code" or "page", as the roles of ``Repository`` in ``schema.py``.
    """

    id: str
    url: str
    kind: str
    role: str

    def names_paper(self, arxiv_id: str | None, doi: str | None) -> bool:
        """Whether this is the address of the very paper that has these ids."""
        own = arxiv_id is not None and arxiv_id_of(self.url) == arxiv_id
        return self.kind in _PAPER_HOSTS and (own or (doi is not None and doi_of(self.url) == doi))


def _repository(host: str, path: str) -> str:
    """The path of the repository that a path lies in: owner and name where the host has such paths."""
    parts = [part for part in path.split("/") if part]
    if host in _OWNER_AND_NAME:
        length = 3 if host == "huggingface.co" and parts[:1] and parts[0].lower() in _COLLECTIONS else 2
        parts = parts[:length]
    return "/".join(parts).removesuffix(".git")


def parse_link(url: str) -> Link | None:
    """What a link points to; None when it is no web address.

    >>> parse_link("http://www.GitHub.com/o/r/tree/main").id
    'repository:github.com/o/r'
    """
    written = url.strip()
    absolute = written if _SCHEME.match(written) else f"https://{written}"
    try:
        parts = urlsplit(absolute)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host:
        return None
    host = _SAME_HOST.get(host, host)
    kind = "gitlab" if host.startswith("gitlab.") or ".gitlab." in host else _KINDS.get(host, "project")
    path = _repository(host, parts.path)
    query = f"?{parts.query}" if parts.query and kind in _PAGES else ""
    key = f"{host}/{path}".rstrip("/").lower() + query
    page = kind in _PAGES or (kind == "huggingface" and path.startswith("papers/"))
    return Link(f"repository:{key}", absolute, kind, "page" if page else "code")
