"""Explaining a mapping of fifty rules, against a reading of the same file word by word (`fifty`)."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from scim_bridge.access.person import Person
from scim_bridge.mapping.load import load_files
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.mapping.told import Told, told
from tests.mapping import fifty
from tests.mapping.fifty import Made, Someone
from tests.mapping.worlds import SANDBOX, TYPES

SEEDS = 12

_people = st.builds(
    Someone,
    st.sets(st.sampled_from(fifty.GROUPS)).map(frozenset),
    st.one_of(st.none(), st.sampled_from(fifty.TYPES)),
    st.one_of(st.none(), st.sampled_from(fifty.TITLES)),
    st.sampled_from(fifty.SOURCES),
)
law = settings(max_examples=250, derandomize=True, deadline=None)


@cache
def loaded(seed: int) -> tuple[list[Made], PlatformRules]:
    rules = fifty.fifty(seed)
    found = load_files({"lab.yaml": fifty.file_of(rules).encode()}, TYPES, {})
    assert found.rules is not None, [str(error) for error in found.errors]
    return rules, found.rules.platforms["lab"]


def say(someone: Someone, rules: PlatformRules) -> Told:
    attributes = {"userName": "ada@example.com", "active": True, **someone.attributes}
    return told(Person("1", someone.source, "ada@example.com", True, attributes, someone.groups), rules, SANDBOX)


_seeds = st.integers(0, SEEDS - 1)


@law
@given(_seeds, _people)
def test_the_rules_said_to_hold_are_exactly_those_that_do_with_their_groups(seed: int, someone: Someone) -> None:
    made, rules = loaded(seed)
    answers = say(someone, rules).rules
    assert [each.rule for each in answers] == [each.name for each in made]
    holding = {rule.name: fifty.through(rule, someone) for rule in made if not fifty.failing(rule, someone)}
    assert {each.rule: set(each.groups) for each in answers if each.holds} == holding


@law
@given(_seeds, _people)
def test_the_condition_said_to_fail_is_one_that_does(seed: int, someone: Someone) -> None:
    made, rules = loaded(seed)
    for rule, answer in zip(made, say(someone, rules).rules, strict=True):
        if not answer.holds:
            assert answer.failed is not None
            assert answer.failed.partition(":")[0] in fifty.failing(rule, someone)


@law
@given(_seeds, _people)
def test_what_comes_of_it_has_exactly_the_reasons_that_give_it(seed: int, someone: Someone) -> None:
    made, rules = loaded(seed)
    said, meant = say(someone, rules), fifty.meant(made, someone)
    assert said.wish.account_role == meant.account
    given = {each.place.alias: (each.role, {(why.rule, why.group) for why in each.reasons}) for each in said.wish.grants}
    assert given == meant.grants
    denied = {
        (each.place, each.role): (
            {(why.rule, why.group) for why in each.because},
            {(why.rule, why.group) for why in each.denied_by},
        )
        for each in said.denied
    }
    assert denied == meant.denied


def test_the_made_up_files_are_worth_asking() -> None:
    """Rules of every kind, that hold for some and fail for others."""
    made = [rule for seed in range(SEEDS) for rule in fifty.fifty(seed)]
    assert len(made) == SEEDS * 50
    kinds = {key for rule in made if rule.content["when"] != "everybody" for key in rule.content["when"]}
    assert kinds == {"group", "groups", "group_pattern", "person", "source"}
    ada = Someone(frozenset({"Research", "AI-Lab-Users"}), "Employee", "Engineer")
    holding = [sum(not fifty.failing(rule, ada) for rule in fifty.fifty(seed)) for seed in range(SEEDS)]
    assert all(5 < count < 45 for count in holding)
    meant = [fifty.meant(fifty.fifty(seed), ada) for seed in range(SEEDS)]
    assert {len(each.grants) for each in meant} == {0, 1, 2}
    assert {bool(each.denied) for each in meant} == {True, False}
