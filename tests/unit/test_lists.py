from __future__ import annotations

import pytest

from kg.readers.lists import split_authors, split_links, split_terms


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Maja Lind; Ben Okafor", ["Maja Lind", "Ben Okafor"]),
        ("Lind, Maja; Okafor, Ben;", ["Maja Lind", "Ben Okafor"]),
        ("Maja Lind|Ben Okafor", ["Maja Lind", "Ben Okafor"]),
        ("Lind, Maja and Okafor, Ben", ["Maja Lind", "Ben Okafor"]),
        ("Maja Lind and Ben Okafor", ["Maja Lind", "Ben Okafor"]),
        ("Maja Lind, Wei Chen and Ben Okafor", ["Maja Lind", "Wei Chen", "Ben Okafor"]),
        ("Maja Lind, Wei Chen, & Ben Okafor", ["Maja Lind", "Wei Chen", "Ben Okafor"]),
        ("Maja Lind, Wei Chen", ["Maja Lind", "Wei Chen"]),
        ("Lind, Maja", ["Maja Lind"]),
        ("Lind, Maja et al.", ["Maja Lind"]),
        ("Maja Lind and others", ["Maja Lind"]),
        ("Knuth, Donald E., Jr.; Plato", ["Knuth, Donald E., Jr.", "Plato"]),
        ("Maja Sanders", ["Maja Sanders"]),
        ("Lind,; ;", ["Lind"]),
        ("", []),
    ],
)
def test_authors_are_parted_and_put_given_name_first(text: str, names: list[str]) -> None:
    assert split_authors(text) == names


def test_terms_are_parted_by_the_first_sign_that_occurs() -> None:
    assert split_terms("graphs, trees; roots") == ["graphs, trees", "roots"]
    assert split_terms("graphs, trees") == ["graphs", "trees"]
    assert split_terms("one") == ["one"]


def test_only_web_addresses_are_links() -> None:
    text = "see https://example.org/a, (http://example.org/b). javascript:alert(1) file:///etc/passwd"
    assert split_links(text) == ["https://example.org/a", "http://example.org/b"]
    assert split_links("https://example.org/" + "x" * 5000) == []
