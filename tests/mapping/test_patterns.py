from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_bridge.mapping.patterns import PatternError, compiled, filled

TABLES = {"place": {"Research": "research", "Research-EU": "eu"}, "role": {"Users": "member", "Admins": "admin"}}


def test_a_pattern_is_anchored_at_both_ends() -> None:
    pattern = compiled("AI-{place}", {})
    assert pattern.match("AI-Lab") == {"place": "Lab"}
    assert pattern.match("the AI-Lab") is None
    assert compiled("{place}-AI", {}).match("Lab-AI too") is None


def test_case_does_not_count_and_a_part_keeps_its_spelling() -> None:
    assert compiled("AI-{place}-Users", {}).match("ai-Lab Zürich-USERS") == {"place": "Lab Zürich"}


@pytest.mark.parametrize("name", ["AI-STRASSE-x", "ai-straße-x", "AI-Straße-X"])
def test_folding_that_changes_a_texts_length_still_cuts_the_right_part(name: str) -> None:
    assert compiled("AI-straße-{place}", {}).match(name) == {"place": name[-1]}


def test_both_normal_forms_of_a_name_match() -> None:
    assert compiled("Zoë {x}", {}).match("ZOE\u0308 a") == {"x": "a"}


def test_a_part_is_one_or_more_characters() -> None:
    assert compiled("AI-{place}", {}).match("AI-") is None
    assert compiled("AI-{place}-{role}", {}).match("AI--Users") is None


def test_with_a_table_only_its_keys_match_and_stand_for_their_value() -> None:
    pattern = compiled("AI-{place}-{role}", TABLES)
    assert pattern.match("AI-research-admins") == {"place": "research", "role": "admin"}
    assert pattern.match("AI-Research-Owners") is None
    assert pattern.match("AI-Researc-Users") is None


def test_a_table_decides_where_a_name_is_cut() -> None:
    pattern = compiled("AI-{place}-{role}", TABLES)
    assert pattern.match("AI-Research-EU-Users") == {"place": "eu", "role": "member"}


def test_without_tables_the_earlier_part_takes_as_much_as_it_can() -> None:
    assert compiled("AI-{place}-{role}", {}).match("AI-ml-ops-Users") == {"place": "ml-ops", "role": "Users"}


@pytest.mark.parametrize("name", [".*", "a.c", "(x)", "[x]", "a\\b", "50%"])
def test_special_characters_mean_themselves(name: str) -> None:
    assert compiled(name + "-{x}", {}).match(name + "-1") == {"x": "1"}
    assert compiled(name + "-{x}", {}).match("abc-1") is None


@pytest.mark.parametrize(
    ("text", "position"),
    [("AI-{place}{role}", 10), ("AI-{place", 3), ("AI-place}", 8), ("{}", 0), ("{a b}", 0), ("{1}", 0),
     ("{a}-{a}", 4), ("{{a}}", 0), ("-".join(f"{{p{n}}}" for n in range(9)), 0)],
)  # fmt: skip
def test_a_text_that_is_no_pattern_is_refused_with_its_position(text: str, position: int) -> None:
    with pytest.raises(PatternError) as refused:
        compiled(text, {})
    assert refused.value.position == position


def test_a_name_from_outside_cannot_make_matching_slow() -> None:
    pattern = compiled("{a}-{b}-{c}-{d}-{e}-{f}-Z", {})
    began = time.perf_counter()
    assert pattern.match("-" * 400 + "Y-Z" + "-" * 100) is None
    assert pattern.match("-" * 400 + "-Z") is not None
    assert time.perf_counter() - began < 2


def test_grants_are_filled_with_what_the_parts_stand_for() -> None:
    assert filled("{place} ({role})", {"place": "eu", "role": "x"}) == "eu (x)"


_WORD = st.text(alphabet="aB-ßİé ", min_size=1, max_size=6)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(_WORD, _WORD)
def test_what_a_pattern_finds_puts_together_the_name_again(left: str, right: str) -> None:
    found = compiled("AI:{left}:{right}", {}).match(f"AI:{left}:{right}")
    assert found == {"left": left, "right": right}
