"""What is called unreachable never holds, and what is called pointless can be taken out: every small world is tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import PlaceName
from scim_bridge.access.person import Person
from scim_bridge.access.policy import Accounts, Policy
from scim_bridge.mapping.contradiction import impossible
from scim_bridge.mapping.model import AccountGrant, PlaceGrant, PlatformRules, Rule, When
from scim_bridge.mapping.patterns import compiled
from scim_bridge.mapping.pointless import pointless
from scim_bridge.mapping.reach import unreachable
from scim_bridge.mapping.resolve import resolve, resolve_group
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.match import matches
from scim_bridge.scim.registry import USER
from tests.mapping.worlds import SANDBOX, WIDE

GROUPS = ["A", "B", "AI-p-member", "ai-q-admin"]
TABLES = {"x": {"P": "p", "Q": "q"}, "y": {"member": "member", "ADMIN": "admin"}}
PATTERNS = [
    compiled("AI-{x}-{y}", TABLES),
    compiled("AI-{x}-{y}", {**TABLES, "x": {"P": "p"}}),
    compiled("ai-{x}-{y}", {}),
    compiled("{z}-{x}-{y}", TABLES),
]
VALUES = [None, "a", "b", "ab", "B"]
PLACES = {"p": PlaceName("p", name="P"), "also p": PlaceName("also p", name="P"), "q": PlaceName("q", id="q1")}
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]

_terms = st.one_of(
    st.builds('{} {} "{}"'.format, st.sampled_from(["userType", "title", "department", "name.givenName"]),
              st.sampled_from(OPERATORS), st.sampled_from(["a", "b", "ab", ""])),
    st.sampled_from(["userType pr", "title pr", "active eq true", "active eq false", "emails pr", 'emails.type eq "work"',
                     'emails.type eq "home"', 'emails[type eq "work" and value sw "a"]', 'emails[type eq "work" and type eq "home"]']),
)  # fmt: skip
_filters = st.recursive(
    _terms,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
    ),
    max_leaves=4,
)
_simple = st.sampled_from(
    ['userType eq "a"', 'userType sw "A"', "userType pr", 'userType eq "a" or userType eq "b"', 'not (userType eq "b")',
     'userType eq "a" and userType eq "b"', 'userType eq "a" and title eq "b"', "active eq false", "active eq true"]
)  # fmt: skip


def _when(group: str | None, groups: tuple[str, ...], pattern: int | None, text: str | None, source: str | None) -> When:
    return When(
        group=group,
        groups=groups,
        pattern=PATTERNS[pattern] if pattern is not None else None,
        person=parse_filter(text, USER) if text is not None else None,
        person_text=text,
        source=source,
    )


def _maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.none(), strategy)


_named = st.sampled_from(["a", "B", "AI-P-member", "AI-q-ADMIN"])
_whens = st.builds(
    _when,
    _maybe(_named),
    st.one_of(st.just(()), st.lists(_named, min_size=1, max_size=2).map(tuple)),
    st.one_of(st.none(), st.none(), st.integers(0, len(PATTERNS) - 1)),
    _maybe(_simple),
    _maybe(st.sampled_from(["default", "other"])),
)
_of_place = st.sampled_from([*PLACES, "r"])


def _rule(when: When, grants: list[tuple[str, str]], accounts: list[str], denies: list[str], in_parts: bool, to: str) -> Rule:
    if in_parts and when.pattern is not None and grants:
        grants = [("{x}", "{y}"), *grants[1:]]
        denies = ["{x}" for _ in denies]
    return Rule(
        "",
        0,
        when,
        tuple(PlaceGrant(place, role, True, to) for place, role in grants),  # type: ignore[arg-type]
        tuple(AccountGrant(role, True) for role in accounts),
        tuple(denies),
    )


_rules = st.lists(
    st.builds(
        _rule,
        _whens,
        st.lists(st.tuples(_of_place, st.sampled_from(["member", "admin"])), max_size=2),
        st.lists(st.sampled_from(["user", "owner", "custom"]), max_size=1),
        st.one_of(st.just([]), st.lists(st.one_of(_of_place, st.just("*")), min_size=1, max_size=1)),
        st.booleans(),
        st.sampled_from(["people"] * 6 + ["group"]),
    ).filter(lambda rule: rule.grants or rule.accounts or rule.denies),
    min_size=1,
    max_size=5,
).map(lambda rules: tuple(replace(rule, name=f"r{number}", line=number) for number, rule in enumerate(rules)))
_platforms = st.sampled_from([SANDBOX, replace(WIDE, place_roles=("member", "admin"), account_roles=("user", "owner")),
                              replace(WIDE, place_roles=("member", "admin"), account_roles=("user", "owner"),
                                      roles_per_place="one_and_custom")])  # fmt: skip
_sources = st.sampled_from([("default",), ("default", "other")])
law = settings(max_examples=150, derandomize=True, deadline=None)


def people() -> Iterator[Person]:
    every = chain.from_iterable(combinations(GROUPS, size) for size in range(len(GROUPS) + 1))
    for groups, kind, title, source in product(list(every), VALUES, [None, "b"], ["default", "other"]):
        attributes = {"userName": "ada@example.com", "active": True}
        attributes |= {name: value for name, value in (("userType", kind), ("title", title)) if value is not None}
        yield Person("1", source, "ada@example.com", True, attributes, frozenset(groups))


PEOPLE = list(people())


def platform(rules: tuple[Rule, ...], sources: tuple[str, ...]) -> PlatformRules:
    return PlatformRules("lab", "lab.yaml", "sandbox", {}, sources, Policy(Accounts("user")), PLACES, rules)


def everything(rules: PlatformRules, can: Capabilities) -> list[object]:
    """All that everybody, and every group as a principal, is to have; reasons aside."""
    found: list[object] = []
    for person in PEOPLE:
        wish = resolve(person, rules, can)
        given = {(each.place, each.role) for each in wish.everything}
        found.append((wish.account_role, given, {(each.place, each.role) for each in wish.parked}))
    for name, source in product(GROUPS, ["default", "other"]):
        found.append({(each.place, each.role) for each in resolve_group(name, source, rules, can)})
    return found


@law
@given(_rules, _platforms, _sources)
def test_a_rule_called_unreachable_gives_nobody_anything(rules: tuple[Rule, ...], can: Capabilities, sources: tuple[str, ...]) -> None:
    for number in unreachable(platform(rules, sources)):
        alone = platform((rules[number],), sources)
        assert all(resolve(person, alone, can).account_role is None for person in PEOPLE)
        assert not any(resolve(person, alone, can).denied for person in PEOPLE)


@law
@given(_rules, _platforms, _sources)
def test_taking_out_a_rule_called_pointless_changes_no_wish(
    rules: tuple[Rule, ...], can: Capabilities, sources: tuple[str, ...]
) -> None:
    whole = platform(rules, sources)
    found = pointless(whole, can)
    before = everything(whole, can) if found else []
    for each in found:
        rest = tuple(rule for number, rule in enumerate(rules) if number != each.number)
        assert everything(platform(rest, sources), can) == before
    gone = {each.number for each in found}
    left = tuple(rule for number, rule in enumerate(rules) if number not in gone)
    assert not gone or everything(platform(left, sources), can) == before


def resources() -> Iterator[dict[str, object]]:
    for active, kind, title, given_name in product([None, True, False], VALUES, [None, "a", "ab"], [None, "b", ""]):
        for emails in ([], [{"type": "work", "value": "a@b"}], [{"type": "home", "value": "a"}, {"type": "work", "value": "b"}]):
            found: dict[str, object] = {"userName": "ada", "emails": emails}
            values = (("active", active), ("userType", kind), ("title", title))
            found |= {name: value for name, value in values if value is not None}
            found |= {"name": {"givenName": given_name}} if given_name is not None else {}
            found |= {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": kind}} if kind else {}
            yield found


RESOURCES = list(resources())


@settings(max_examples=400, derandomize=True, deadline=None)
@given(_filters)
def test_nobody_meets_a_filter_that_is_called_impossible(text: str) -> None:
    node = parse_filter(text, USER)
    if impossible(node):
        assert [resource for resource in RESOURCES if matches(node, resource)] == []
