from __future__ import annotations

import pytest

from kg.links import parse_link


@pytest.mark.parametrize(
    ("url", "expected_id", "kind", "role"),
    [
        ("https://github.com/Owner/Repo", "repository:github.com/owner/repo", "github", "code"),
        ("http://www.github.com/owner/repo.git", "repository:github.com/owner/repo", "github", "code"),
        ("github.com/owner/repo/tree/main/x?tab=1#readme", "repository:github.com/owner/repo", "github", "code"),
        ("https://github.com/owner", "repository:github.com/owner", "github", "code"),
        ("https://hf.co/datasets/o/d/viewer", "repository:huggingface.co/datasets/o/d", "huggingface", "code"),
        ("https://huggingface.co/o/m/blob/main/a", "repository:huggingface.co/o/m", "huggingface", "code"),
        (
            "https://huggingface.co/papers/2401.00001",
            "repository:huggingface.co/papers/2401.00001",
            "huggingface",
            "page",
        ),
        ("https://gitlab.example.org/a/b/c", "repository:gitlab.example.org/a/b/c", "gitlab", "code"),
        ("https://arxiv.org/abs/2401.00001", "repository:arxiv.org/abs/2401.00001", "arxiv", "page"),
        ("https://dx.doi.org/10.1234/ab", "repository:doi.org/10.1234/ab", "doi", "page"),
        ("https://example.org/page?id=Ab", "repository:example.org/page?id=Ab", "project", "page"),
        ("https://example.org/", "repository:example.org", "project", "page"),
    ],
)
def test_a_link_has_a_stable_id_a_kind_and_a_role(url: str, expected_id: str, kind: str, role: str) -> None:
    link = parse_link(url)
    assert link is not None
    assert (link.id, link.kind, link.role) == (expected_id, kind, role)


@pytest.mark.parametrize(
    "url", ["", "   ", "localhost", "javascript:alert(1)", "mailto:a@example.org", "http://[::1", "ftp://a.b"]
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert parse_link(url) is None


def test_the_address_of_the_paper_itself_is_told_from_a_link_to_another_paper() -> None:
    own, other = parse_link("https://arxiv.org/pdf/2401.00001v2"), parse_link("https://arxiv.org/abs/2402.00002")
    code = parse_link("https://github.com/o/2401.00001")
    doi = parse_link("https://doi.org/10.1234/AB")
    assert own and other and code and doi
    assert own.names_paper("2401.00001", None)
    assert not other.names_paper("2401.00001", None)
    assert not code.names_paper("2401.00001", None)
    assert doi.names_paper(None, "10.1234/ab")
    assert not doi.names_paper(None, None)
