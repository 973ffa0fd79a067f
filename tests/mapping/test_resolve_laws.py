"""Laws of resolving, over made-up rules and people."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from scim_bridge.access.desired import Reason
from scim_bridge.access.person import Person
from scim_bridge.access.policy import Accounts, Policy
from scim_bridge.mapping.model import AccountGrant, PlaceGrant, PlatformRules, Rule, When
from scim_bridge.mapping.patterns import compiled
from scim_bridge.mapping.resolve import resolve
from tests.mapping.worlds import SANDBOX

GROUPS = ["A", "B", "C", "AI-p", "AI-q"]
PLACES = ["p", "q", "s"]
_STRENGTH = {role: rank for rank, role in enumerate(SANDBOX.place_roles)}

_whens = st.one_of(
    st.builds(When, group=st.sampled_from(GROUPS)),
    st.builds(When, groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2).map(tuple)),
    st.builds(When, group=st.sampled_from(GROUPS), pattern=st.just(compiled("ai-{x}", {}))),
    st.just(When(pattern=compiled("AI-{x}", {"x": {"P": "p", "Q": "q"}}))),
    st.just(When()),
)
_grants = st.builds(
    PlaceGrant, place=st.sampled_from(PLACES), role=st.sampled_from(SANDBOX.place_roles), allow_admin=st.just(True)
)
_accounts = st.builds(AccountGrant, role=st.sampled_from(SANDBOX.account_roles), allow_admin=st.just(True))
_rules = st.lists(
    st.builds(
        Rule,
        name=st.just("r"),
        line=st.just(0),
        when=_whens,
        grants=st.lists(_grants, max_size=3).map(tuple),
        accounts=st.lists(_accounts, max_size=1).map(tuple),
        denies=st.lists(st.sampled_from([*PLACES, "*"]), max_size=1).map(tuple),
    ),
    max_size=6,
).map(lambda rules: tuple(replace(rule, name=f"r{number}", line=number) for number, rule in enumerate(rules)))
_people = st.builds(
    lambda groups: Person("1", "default", "ada@example.com", True, {}, frozenset(groups)),
    st.sets(st.sampled_from([group.lower() for group in GROUPS])),
)
law = settings(max_examples=80, derandomize=True, deadline=None)


def platform(rules: tuple[Rule, ...]) -> PlatformRules:
    return PlatformRules("lab", "lab.yaml", "sandbox", {}, ("default",), Policy(Accounts("user")), {}, rules)


def groups_that_make_it_hold(rule: Rule, person: Person) -> set[str | None]:
    """The rule read word by word: which groups of the person it holds through, empty when it does not."""
    when, mine = rule.when, {group.upper(): group for group in person.groups}
    fits = {mine[g] for g in mine if g.startswith("AI-")} if when.pattern else set()
    named = {mine[g.upper()] for g in ([when.group] if when.group else []) if g.upper() in mine}
    listed = {mine[g.upper()] for g in when.groups if g.upper() in mine}
    if (when.pattern and not fits) or (when.group and not named) or (when.groups and not listed):
        return set()
    return {*fits, *named, *listed} or {None}


@law
@given(_rules, _people)
def test_denies_always_win(rules: tuple[Rule, ...], person: Person) -> None:
    holding = [rule for rule in rules if groups_that_make_it_hold(rule, person)]
    denied = {place for rule in holding for place in rule.denies}
    places = {grant.place.alias for grant in resolve(person, platform(rules), SANDBOX).grants}
    assert not places & denied
    assert not (places and "*" in denied)


@law
@given(_rules, _people)
def test_every_place_that_a_rule_gives_and_none_denies_is_given_with_the_strongest_role(
    rules: tuple[Rule, ...], person: Person
) -> None:
    holding = [rule for rule in rules if groups_that_make_it_hold(rule, person)]
    denied = {place for rule in holding for place in rule.denies}
    wanted: dict[str, str] = {}
    for grant in (grant for rule in holding for grant in rule.grants):
        if grant.place not in denied and "*" not in denied:
            wanted[grant.place] = max(wanted.get(grant.place, "member"), grant.role, key=_STRENGTH.__getitem__)
    wish = resolve(person, platform(rules), SANDBOX)
    assert {grant.place.alias: grant.role for grant in wish.grants} == wanted
    assert (wish.account_role is not None) == bool(wanted or any(rule.accounts for rule in holding))


@law
@given(_rules, _people)
def test_the_reasons_are_exactly_the_rules_that_hold_and_their_groups(rules: tuple[Rule, ...], person: Person) -> None:
    for grant in resolve(person, platform(rules), SANDBOX).grants:
        expected = {
            Reason("lab.yaml", rule.line, rule.name, group)
            for rule in rules
            if any(each.place == grant.place.alias for each in rule.grants)
            for group in groups_that_make_it_hold(rule, person)
        }
        assert set(grant.reasons) == expected
        assert len(grant.reasons) == len(expected)


@law
@given(_rules, _people, st.data())
def test_removing_a_group_never_adds_anything_where_no_rule_denies(
    rules: tuple[Rule, ...], person: Person, data: st.DataObject
) -> None:
    granting = platform(tuple(replace(rule, denies=()) for rule in rules))
    gone = data.draw(st.sampled_from(sorted(person.groups) or ["none"]))
    before = {g.place.alias: g.role for g in resolve(person, granting, SANDBOX).grants}
    after = resolve(replace(person, groups=person.groups - {gone}), granting, SANDBOX)
    for grant in after.grants:
        assert _STRENGTH[grant.role] <= _STRENGTH[before[grant.place.alias]]


@law
@given(_rules, _people, st.randoms())
def test_the_order_of_the_rules_does_not_matter(rules: tuple[Rule, ...], person: Person, random: object) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(person, platform(tuple(shuffled)), SANDBOX) == resolve(person, platform(rules), SANDBOX)


@law
@given(_rules, _people)
def test_somebody_who_is_not_active_has_nothing_whatever_the_rules(rules: tuple[Rule, ...], person: Person) -> None:
    wish = resolve(replace(person, active=False), platform(rules), SANDBOX)
    assert (wish.leaving, wish.account_role, wish.grants, wish.parked) == (True, None, (), ())
