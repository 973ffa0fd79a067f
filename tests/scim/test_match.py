from __future__ import annotations

import unicodedata

import pytest

from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.fold import fold
from scim_bridge.scim.match import matches
from scim_bridge.scim.registry import ENTERPRISE_URN, USER
from tests.scim.people import ADA, GRACE

BOTH, ONLY_ADA, ONLY_GRACE, NEITHER = (True, True), (True, False), (False, True), (False, False)

TABLE = [
    # text, folded or exact
    ('userName eq "ada@EXAMPLE.com"', ONLY_ADA),
    ('userName eq "ada"', NEITHER),
    ('displayName eq "ZOË KRÜGER"', ONLY_ADA),
    ('displayName co "KRÜ"', ONLY_ADA),
    ('id eq "11111111-0000-4000-8000-00000000000A"', ONLY_ADA),
    ('id eq "11111111-0000-4000-8000-00000000000a"', NEITHER),
    ('externalId eq "ext-ada"', NEITHER),
    ('externalId sw "Ext"', ONLY_ADA),
    ('manager eq "Boss-1"', ONLY_ADA),
    ('manager eq "boss-1"', NEITHER),
    (f'{ENTERPRISE_URN}:department eq "LAB"', ONLY_ADA),
    ('userName gt "b"', ONLY_GRACE),
    ('userName le "ADA@example.com"', ONLY_ADA),
    ('userName ge "a"', BOTH),
    # absent
    ('title eq ""', NEITHER),
    ('title ne "x"', BOTH),
    ('displayName ne "zoë krüger"', ONLY_GRACE),
    ("title pr", ONLY_ADA),
    ("title eq null", ONLY_GRACE),
    ("title ne null", ONLY_ADA),
    ("name pr", ONLY_ADA),
    ("emails pr", BOTH),
    ("addresses pr", NEITHER),
    ("active pr", BOTH),
    ('nickName lt "z"', NEITHER),
    # booleans
    ("active eq true", ONLY_ADA),
    ("active eq false", ONLY_GRACE),
    ('active ne "True"', ONLY_GRACE),
    # several values
    ('emails co "example.org"', BOTH),
    ('emails.type eq "home"', ONLY_ADA),
    ('emails.type ne "work"', NEITHER),
    ('emails.type ne "home"', ONLY_GRACE),
    ('emails[type ne "work"]', ONLY_ADA),
    ('emails[type eq "home" and value co "@example.com"]', NEITHER),
    ('emails[type eq "work" and value co "@example.com"]', ONLY_ADA),
    ('emails.type eq "home" and emails.value co "@example.com"', ONLY_ADA),
    ('emails[type eq "work"].value eq "GRACE@example.org"', ONLY_GRACE),
    ('emails[primary eq true].value ew "example.com"', ONLY_ADA),
    ('emails[not (primary pr)]', BOTH),
    ('roles[primary eq "True"].value eq "admin"', ONLY_ADA),
    ('not (roles.value eq "reader")', ONLY_GRACE),
    # dates are instants
    ('meta.created eq "2026-01-31T10:30:00+01:00"', ONLY_ADA),
    ('meta.lastModified gt "2026-03-01T12:00:00Z"', ONLY_ADA),
    ('meta.lastModified ge "2026-03-01T12:00:00.5Z"', ONLY_ADA),
    ('meta.lastModified lt "2026-03-01T12:00:00.5Z"', ONLY_GRACE),
    ('meta.created lt "2026-02-28T01:00:00+01:00"', ONLY_ADA),
    # logic
    ('userType eq "intern" or active eq true and title pr', BOTH),
    ('(userType eq "intern" or active eq true) and title pr', ONLY_ADA),
    ('not (userType eq "intern") and not (title pr)', NEITHER),
    (f'schemas eq "{ENTERPRISE_URN}"', ONLY_ADA),
]


@pytest.mark.parametrize(("text", "found"), TABLE)
def test_a_filter_finds_exactly_these_people(text: str, found: tuple[bool, bool]) -> None:
    node = parse_filter(text, USER)

    assert (matches(node, ADA), matches(node, GRACE)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('title co "%"', ONLY_ADA),
        ('title sw "5_%"', NEITHER),
        ('title co "s_g"', ONLY_ADA),
        ('title co "r_guide"', NEITHER),
        ('title co "\\\\"', ONLY_ADA),
        ('title co "\\"ALL\\""', ONLY_ADA),
        ('userName co "%"', NEITHER),
        ('userName co "_"', NEITHER),
        ('name.familyName eq "o\'neil"', ONLY_ADA),
        ('displayName sw "zo\\u00CB"', ONLY_ADA),
    ],
)
def test_lesson_07_wildcards_quotes_and_escapes_match_literally(text: str, found: tuple[bool, bool]) -> None:
    node = parse_filter(text, USER)

    assert (matches(node, ADA), matches(node, GRACE)) == found


@pytest.mark.parametrize("text", ['username EQ "ADA@EXAMPLE.COM"', 'USERNAME Eq "ada@example.com" AND ACTIVE eQ TRUE'])
def test_lesson_04_names_and_operators_are_read_in_any_case(text: str) -> None:
    assert matches(parse_filter(text, USER), ADA)


def test_both_normal_forms_of_a_name_are_the_same_name() -> None:
    decomposed = unicodedata.normalize("NFD", "Zoë Krüger")

    assert fold(decomposed) == fold("ZOË KRÜGER")
    assert matches(parse_filter(f'displayName eq "{decomposed}"', USER), ADA)


def test_values_of_a_wrong_type_equal_nothing() -> None:
    odd = {"active": "true", "title": 5, "emails": "x", "meta": {"created": "soon"}, ENTERPRISE_URN: None}

    for text in ("active eq true", 'title eq "5"', 'emails eq "x"', 'meta.created gt "2020-01-01T00:00:00Z"', "manager pr"):
        assert not matches(parse_filter(text, USER), odd)
