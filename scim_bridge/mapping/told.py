"""Everything one file says about one person: each rule, held or not, and what comes of them together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import PlaceName, Reason
from scim_bridge.access.person import Person
from scim_bridge.mapping.conditions import Answer, answers, holding
from scim_bridge.mapping.model import PlatformRules, Wish
from scim_bridge.mapping.patterns import filled
from scim_bridge.mapping.resolve import EVERY_PLACE, resolve


@dataclass(frozen=True)
class Denied:
    """A role that rules give this person and others keep them from."""

    place: str
    role: str
    because: tuple[Reason, ...]
    denied_by: tuple[Reason, ...]


@dataclass(frozen=True)
class Told:
    silence: str | None
    """Why no rule is asked at all."""
    rules: tuple[Answer, ...]
    """Every rule of the file; empty where none is asked."""
    wish: Wish
    denied: tuple[Denied, ...]

    def outcome_json(self) -> dict[str, Any]:
        """What comes of it, as `mapping explain --json` has it."""
        wish = self.wish
        grants = [{"place": each.place.alias, "role": each.role, "because": reasons_json(each.reasons)} for each in wish.everything]
        parked = [
            {
                "place": each.place.alias if each.place is not None else None,
                "role": each.role,
                "why": each.why,
                "because": reasons_json(each.reasons),
            }
            for each in wish.parked
        ]
        account = {"account": wish.account_role, "because": reasons_json(wish.account_reasons)}
        return {**account, "grants": grants, "denied": self.denied_json(), "parked": parked}

    def denied_json(self) -> list[dict[str, Any]]:
        return [asdict(each) for each in self.denied]


def told(person: Person, rules: PlatformRules, can: Capabilities) -> Told:
    """What a file says about somebody."""
    why = silence(person, rules)
    asked = why is None
    return Told(
        why,
        answers(person, rules) if asked else (),
        resolve(person, rules, can),
        denied(person, rules) if asked else (),
    )


def silence(person: Person, rules: PlatformRules) -> str | None:
    """Why the rules of a file are not asked about this person."""
    if not person.active:
        return f"{person.user_name} is not active, so no rule gives anything."
    if person.source not in rules.sources:
        return f'{rules.file} does not speak of source "{person.source}", only of {", ".join(rules.sources)}.'
    return None


def denied(person: Person, rules: PlatformRules) -> tuple[Denied, ...]:
    """Each place and role that a rule that holds gives and another that holds denies, with both."""
    held = tuple(holding(person, rules))
    denials: dict[PlaceName | None, set[Reason]] = defaultdict(set)
    """None: every place."""
    given: dict[tuple[PlaceName, str], set[Reason]] = defaultdict(set)
    for each in held:
        reasons = each.reasons(rules.file)
        for text in each.rule.denies:
            denials[None if text == EVERY_PLACE else rules.place(filled(text, each.parts))].update(reasons)
        for grant in each.rule.grants:
            given[rules.place(filled(grant.place, each.parts)), filled(grant.role, each.parts)].update(reasons)
    return tuple(
        Denied(place.alias, role, _sorted(because), _sorted(denials[place] | denials[None]))
        for (place, role), because in sorted(given.items(), key=lambda each: (each[0][0].alias, each[0][1]))
        if denials[place] or denials[None]
    )


def reasons_json(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [asdict(each) for each in reasons]


def _sorted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda each: (each.line, each.rule, each.group or "")))
