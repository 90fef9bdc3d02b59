from __future__ import annotations

import pytest

from kg.readers.addresses import organizations_of


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Department of Boats, University of Ashford, Ashford, Norway.", ["University of Ashford"]),
        ("School of Knots, Elm College, Oak 12345, Sweden", ["Elm College"]),
        ("Google", ["Google"]),
        ("Knot Company, Bergen; Dept. of Sails, Sail Institute", ["Knot Company", "Sail Institute"]),
        ("1Boat Laboratory, Bergen", ["Boat Laboratory"]),
        ("[2] Boat Laboratory, Bergen", ["Boat Laboratory"]),
        ("a) Tide Observatory, e-mail: a.b@tide.example.org", ["Tide Observatory"]),
        ("MIT", ["MIT"]),
        ("Nowhere in particular, Norway", []),
        ("Department of Boats", []),
        ("12345", []),
        ("", []),
        ("x" * 200 + " University", []),
        ("Google; Google", ["Google"]),
    ],
)
def test_organisations_are_found_in_addresses(address: str, expected: list[str]) -> None:
    assert organizations_of(address) == expected


def test_long_addresses_take_little_time() -> None:
    assert len(organizations_of("Boat Institute, " * 100_000)) == 1
    organizations_of("a." * 200_000 + "@")
    organizations_of("@" * 200_000)
