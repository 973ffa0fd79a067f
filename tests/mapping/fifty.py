"""Mapping files of fifty made-up rules, and what they mean read word by word: nothing here uses the bridge's own code.

A rule is the dictionary that stands in the file, and beside it its filter as a tree of tuples, since a second reader of
filters is not wanted here either.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

GROUPS = ["Research", "Production", "Guests", "AI-Lab-Users", "ai-lab-admins", "AI-Hall-Users", "AI-Attic-Owners", "Staff"]
TYPES = ["Employee", "Contractor", "Guest"]
TITLES = ["Engineer", "Lead Engineer", "Manager"]
SOURCES = ["default", "acme"]
PLACES = ["research", "production"]
COUNT = 50
TABLES = {"place": {"Lab": "research", "Hall": "production"}, "role": {"Users": "member", "Admins": "admin"}}

Tree = tuple[Any, ...]


@dataclass(frozen=True)
class Made:
    """One rule: as it stands in the file, and its filter."""

    content: Mapping[str, Any]
    tree: Tree | None

    @property
    def name(self) -> str:
        return str(self.content["name"])


@dataclass(frozen=True)
class Someone:
    groups: frozenset[str]
    kind: str | None = None
    title: str | None = None
    source: str = "default"

    @property
    def attributes(self) -> dict[str, str]:
        given = {"userType": self.kind, "title": self.title}
        return {name: value for name, value in given.items() if value is not None}


def fifty(seed: int) -> list[Made]:
    dice = random.Random(seed)
    return [_rule(dice, number) for number in range(COUNT)]


def file_of(rules: list[Made], **more: Any) -> str:
    head = {
        "version": 1, "connector": "sandbox", "connection": {"places": PLACES}, "sources": SOURCES, "accounts": {"role": "user"},
        "mode": "apply",
    }  # fmt: skip
    return str(yaml.safe_dump({**head, "rules": [dict(each.content) for each in rules], **more}, sort_keys=False))


def _rule(dice: random.Random, number: int) -> Made:
    when: dict[str, Any] = {}
    tree = _tree(dice, 2) if dice.random() < 0.4 else None
    if dice.random() < 0.4:
        when["group"] = _cased(dice, dice.choice(GROUPS))
    if dice.random() < 0.2:
        when["groups"] = [_cased(dice, name) for name in dice.sample(GROUPS, 2)]
    if dice.random() < 0.25:
        when["group_pattern"] = _cased(dice, "AI-") + "{place}-{role}"
    if tree is not None:
        when["person"] = written(tree)
    if dice.random() < 0.15:
        when["source"] = dice.choice(SOURCES)
    rule: dict[str, Any] = {"name": f"rule {number}", "when": when or "everybody"}
    by_name = "group_pattern" in when
    if by_name:
        rule["parts"] = TABLES
    if dice.random() < 0.12 and when:
        rule["deny"] = [{"place": dice.choice([*PLACES, "*", *(["{place}"] if by_name else [])])}]
    if "deny" not in rule or dice.random() < 0.3:
        rule["grant"] = [_grant(dice, by_name)]
    return Made(rule, tree)


def _grant(dice: random.Random, by_name: bool) -> dict[str, Any]:
    if dice.random() < 0.1:
        return {"account": "owner", "allow_admin": True}
    if by_name:
        return {"place": "{place}", "role": "{role}", "allow_admin": True}
    return {"place": dice.choice(PLACES), "role": dice.choice(["member", "admin"]), "allow_admin": True}


def _cased(dice: random.Random, name: str) -> str:
    return dice.choice([name, name.upper(), name.lower()])


def _tree(dice: random.Random, depth: int) -> Tree:
    if depth == 0 or dice.random() < 0.4:
        attribute, values = dice.choice([("userType", TYPES), ("title", TITLES)])
        op = dice.choice(["eq", "ne", "sw", "co", "pr"])
        return (op, attribute, None if op == "pr" else _cased(dice, dice.choice(values)[: dice.choice([4, 99])]))
    if dice.random() < 0.25:
        return ("not", _tree(dice, depth - 1))
    return (dice.choice(["and", "or"]), _tree(dice, depth - 1), _tree(dice, depth - 1))


def written(tree: Tree) -> str:
    """The filter as SCIM spells it."""
    if tree[0] == "not":
        return f"not ({written(tree[1])})"
    if tree[0] in ("and", "or"):
        return f"({written(tree[1])} {tree[0]} {written(tree[2])})"
    return f"{tree[1]} pr" if tree[0] == "pr" else f'{tree[1]} {tree[0]} "{tree[2]}"'


# what it means


def meets(tree: Tree, attributes: Mapping[str, str]) -> bool:
    if tree[0] == "not":
        return not meets(tree[1], attributes)
    if tree[0] == "and":
        return meets(tree[1], attributes) and meets(tree[2], attributes)
    if tree[0] == "or":
        return meets(tree[1], attributes) or meets(tree[2], attributes)
    has = attributes.get(tree[1])
    if tree[0] == "pr":
        return has is not None
    wanted = tree[2].lower()
    if tree[0] == "ne":
        return has is None or has.lower() != wanted
    if has is None:
        return False
    tests = {"eq": has.lower() == wanted, "sw": has.lower().startswith(wanted), "co": wanted in has.lower()}
    return tests[tree[0]]


def failing(rule: Made, someone: Someone) -> set[str]:
    """The conditions that do not hold, by their key in the file."""
    when = rule.content["when"]
    if when == "everybody":
        return set()
    mine = {name.lower() for name in someone.groups}
    return {
        key
        for key, fails in {
            "group": "group" in when and when["group"].lower() not in mine,
            "groups": "groups" in when and not {name.lower() for name in when["groups"]} & mine,
            "group_pattern": "group_pattern" in when and not any(parts(name) for name in someone.groups),
            "person": rule.tree is not None and not meets(rule.tree, someone.attributes),
            "source": when.get("source", someone.source) != someone.source,
        }.items()
        if fails
    }


def parts(name: str) -> dict[str, str] | None:
    """AI-{place}-{role} with its tables, as a regular expression."""
    found = re.fullmatch(r"ai-(lab|hall)-(users|admins)", name.lower())
    if found is None:
        return None
    place, role = TABLES["place"][found[1].capitalize()], TABLES["role"][found[2].capitalize()]
    return {"place": place, "role": role}


def through(rule: Made, someone: Someone) -> set[str]:
    """The person's groups that take part in a rule that holds."""
    when = rule.content["when"]
    if when == "everybody":
        return set()
    named = {name.lower() for name in (when.get("group"), *when.get("groups", ())) if name is not None}
    fits = "group_pattern" in when
    return {name for name in someone.groups if name.lower() in named or (fits and parts(name) is not None)}


def readings(rule: Made, someone: Someone) -> Iterator[tuple[dict[str, str], set[str | None]]]:
    """For each group that the pattern fits its parts, and the groups of that reason; else once."""
    when = rule.content["when"]
    if when == "everybody" or "group_pattern" not in when:
        yield {}, set(through(rule, someone)) or {None}
        return
    named = {name.lower() for name in (when.get("group"), *when.get("groups", ())) if name is not None}
    for name in someone.groups:
        found = parts(name)
        if found is not None:
            yield found, {name, *(each for each in someone.groups if each.lower() in named)}


Because = set[tuple[str, str | None]]
"""(rule, group)."""


@dataclass
class Meant:
    account: str | None
    grants: dict[str, tuple[str, Because]]
    denied: dict[tuple[str, str], tuple[Because, Because]]
    """(place, role): what gives it, what denies it."""


def meant(rules: list[Made], someone: Someone) -> Meant:
    """What the rules come to for this person."""
    holding = [rule for rule in rules if not failing(rule, someone)]
    denials: dict[str, Because] = {}
    given: dict[tuple[str, str], Because] = {}
    owner: bool = False
    for rule in holding:
        for found, groups in readings(rule, someone):
            reasons: Because = {(rule.name, group) for group in groups}
            for deny in rule.content.get("deny", ()):
                denials.setdefault(found.get("place", "") if deny["place"] == "{place}" else deny["place"], set()).update(reasons)
            for grant in rule.content.get("grant", ()):
                if "account" in grant:
                    owner = True
                    continue
                place = found["place"] if grant["place"] == "{place}" else grant["place"]
                role = found["role"] if grant["role"] == "{role}" else grant["role"]
                given.setdefault((place, role), set()).update(reasons)
    against = {place: denials.get(place, set()) | denials.get("*", set()) for place in PLACES}
    grants: dict[str, tuple[str, Because]] = {}
    for place in PLACES:
        roles = {role: why for (where, role), why in given.items() if where == place}
        if roles and not against[place]:
            grants[place] = ("admin" if "admin" in roles else "member", set().union(*roles.values()))
    denied = {(place, role): (why, against[place]) for (place, role), why in given.items() if against[place]}
    return Meant("owner" if owner else "user" if grants else None, grants, denied)
