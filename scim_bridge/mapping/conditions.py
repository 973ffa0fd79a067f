"""Which rules hold for a person, through which groups, and where one that does not hold fails. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scim_bridge.access.desired import Reason
from scim_bridge.access.person import Person
from scim_bridge.mapping.index import Hit
from scim_bridge.mapping.model import PlatformRules, Rule
from scim_bridge.scim.match import matches


@dataclass(frozen=True)
class Held:
    """A rule that holds, once for each group its pattern matched. `groups` are all that took part, as pushed."""

    rule: Rule
    groups: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    def reasons(self, file: str) -> tuple[Reason, ...]:
        return tuple(Reason(file, self.rule.line, self.rule.name, group) for group in self.groups or (None,))


@dataclass(frozen=True)
class Answer:
    """What one rule says about one person. `failed` is the first condition that does not hold, as a sentence.

    `denies` are the places, as written, that the rule keeps people out of when it holds.
    """

    rule: str
    line: int
    holds: bool
    groups: tuple[str, ...] = ()
    failed: str | None = None
    denies: tuple[str, ...] = ()


def holding(person: Person, rules: PlatformRules) -> Iterator[Held]:
    """Every rule that holds, in the file's order. Not asked here: is the person active, and of a source named."""
    hits = hits_of(person.groups, rules)
    for number in sorted({*hits, *rules.index.without_groups}):
        rule = rules.rules[number]
        if first_failure(rule, person, hits.get(number, ())) is None:
            yield from bindings(rule, hits.get(number, ()))


def hits_of(groups: frozenset[str], rules: PlatformRules) -> dict[int, list[Hit]]:
    """By rule number, the conditions that these groups fulfil."""
    found: dict[int, list[Hit]] = defaultdict(list)
    for group in sorted(groups):
        for hit in rules.index.hits(group):
            found[hit.rule].append(hit)
    return found


def bindings(rule: Rule, hits: Sequence[Hit]) -> Iterator[Held]:
    """One for each group that the pattern matched, or one altogether."""
    named = {hit.group for hit in hits if hit.condition != "pattern"}
    if rule.when.pattern is None:
        yield Held(rule, tuple(sorted(named)))
        return
    for hit in hits:
        if hit.condition == "pattern":
            yield Held(rule, tuple(sorted({hit.group, *named})), hit.parts)


def first_failure(rule: Rule, person: Person, hits: Sequence[Hit]) -> str | None:
    """The first condition that does not hold, in the order of docs/mapping.md, or None when all do."""
    when, kinds = rule.when, {hit.condition for hit in hits}
    if when.group is not None and "group" not in kinds:
        return f'group: not in "{when.group}"'
    if when.groups and "groups" not in kinds:
        return "groups: in none of " + ", ".join(f'"{name}"' for name in when.groups)
    if when.pattern is not None and "pattern" not in kinds:
        return f'group_pattern: no group fits "{when.pattern.text}"'
    if when.source is not None and when.source != person.source:
        return f'source: comes from "{person.source}", not from "{when.source}"'
    if when.person is not None and not matches(when.person, person.attributes):
        return f"person: is not so that {when.person_text}"
    return None


def answers(person: Person, rules: PlatformRules) -> tuple[Answer, ...]:
    """Every rule, held or not, with the groups that make it hold or the condition it fails on."""
    hits = hits_of(person.groups, rules)
    return tuple(_answer(rule, person, hits.get(number, [])) for number, rule in enumerate(rules.rules))


def _answer(rule: Rule, person: Person, hits: Sequence[Hit]) -> Answer:
    failed = first_failure(rule, person, hits)
    groups = sorted({hit.group for hit in hits}) if failed is None else ()
    return Answer(rule.name, rule.line, failed is None, tuple(groups), failed, rule.denies)
