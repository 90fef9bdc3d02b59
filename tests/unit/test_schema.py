"""The table of types holds together."""

from __future__ import annotations

import pytest

from kg.model import Entity, Relation
from kg.schema import CORE_TYPES, EXTRACTED_TYPES, NODE_TYPES, RELATION_TYPES, relation_for, role_rank

PROPERTY_TYPES = {"string", "int", "string[]"}


def test_labels_are_keys_and_safe_identifiers() -> None:
    assert all(label == t.label and label.isalpha() and label[0].isupper() for label, t in NODE_TYPES.items())
    assert all(
        label == r.label and label.replace("_", "").isalpha() and label.isupper() for label, r in RELATION_TYPES.items()
    )


def test_prefixes_of_ids_are_distinct() -> None:
    assert len({t.prefix for t in NODE_TYPES.values()}) == len(NODE_TYPES)


def test_the_ends_of_relations_are_node_types() -> None:
    for relation in RELATION_TYPES.values():
        assert relation.sources
        assert relation.targets
        assert {*relation.sources, *relation.targets} <= NODE_TYPES.keys()


def test_every_role_gives_rise_to_one_relation_of_its_type() -> None:
    for node in NODE_TYPES.values():
        for role in node.roles:
            relation = RELATION_TYPES[relation_for(node.label, role)]
            assert node.label in relation.targets
            assert relation.role == role
            same = [r for r in RELATION_TYPES.values() if r.role == role and node.label in r.targets]
            assert same == [relation]


def test_every_relation_with_a_role_can_arise() -> None:
    for relation in RELATION_TYPES.values():
        if relation.role:
            assert all(relation.role in NODE_TYPES[target].roles for target in relation.targets)


def test_roles_rank_in_the_order_of_the_table() -> None:
    for node in NODE_TYPES.values():
        assert [role_rank(node.label, role) for role in node.roles] == list(range(len(node.roles)))


@pytest.mark.parametrize(("kind", "role"), [("Method", "addressed"), ("Author", "used"), ("Nonsense", "used")])
def test_a_role_that_a_type_cannot_play_is_an_error(kind: str, role: str) -> None:
    with pytest.raises(KeyError):
        relation_for(kind, role)
    with pytest.raises(KeyError):
        role_rank(kind, role)


def test_properties_have_known_types_and_clash_with_no_field() -> None:
    for node in NODE_TYPES.values():
        assert set(node.properties.values()) <= PROPERTY_TYPES
        assert not node.properties.keys() & Entity.model_fields.keys()
    for relation in RELATION_TYPES.values():
        assert set(relation.properties.values()) <= PROPERTY_TYPES
        assert not relation.properties.keys() & Relation.model_fields.keys()


def test_core_and_extracted_types() -> None:
    assert set(CORE_TYPES) < set(EXTRACTED_TYPES) < set(NODE_TYPES)
    assert all(NODE_TYPES[label].roles for label in EXTRACTED_TYPES)


def test_everything_is_described() -> None:
    assert all(node.description for node in NODE_TYPES.values())
    assert all(relation.description for relation in RELATION_TYPES.values())
