"""Person and rules make the access wanted, each wish with its reasons (docs/mapping.md, "What it means"). Pure.

Deny wins over every grant. Where a place takes one role, the strongest by the connector's published order wins and the
reasons of the weaker ones stay with it, so that leaving one group keeps what another gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import Grant, PlaceName, Reason
from scim_bridge.access.person import Person
from scim_bridge.mapping.conditions import Held, bindings, hits_of, holding
from scim_bridge.mapping.email import email_of
from scim_bridge.mapping.model import Parked, PlaceGrant, PlatformRules, WeighedGrant, Wish
from scim_bridge.mapping.patterns import filled

EVERY_PLACE = "*"

_Wanted = dict[PlaceName, dict[str, set[Reason]]]


def resolve(person: Person, rules: PlatformRules, capabilities: Capabilities) -> Wish:
    """The whole wish for one person on one platform. Costs by the person's groups, not by the number of rules."""
    email = email_of(person, rules.policy.accounts.email)
    if not person.active or person.source not in rules.sources:
        return Wish(email, leaving=True)
    held = tuple(holding(person, rules))
    denied, denies_all = _denied(held, rules)
    tally = _Tally(rules, capabilities)
    for each in held:
        tally.take(each, denied, denies_all)
    role, reasons = tally.account()
    return Wish(
        email,
        account_role=role,
        account_reasons=reasons,
        grants=_grants(tally.places, capabilities),
        account_custom=tally.custom(),
        parked=tally.refused(),
        denied=denied,
        denies_all=denies_all,
    )


def resolve_group(group: str, source: str, rules: PlatformRules, capabilities: Capabilities) -> tuple[Grant, ...]:
    """What the group itself is to have (`to: group`). Rules about persons say nothing here, not even denials."""
    if source not in rules.sources:
        return ()
    hits = hits_of(frozenset({group}), rules)
    held = [
        each
        for number in sorted(hits)
        if _speaks_of_group(rules, number, source, {hit.condition for hit in hits[number]})
        for each in bindings(rules.rules[number], hits[number])
    ]
    denied, denies_all = _denied(held, rules)
    tally = _Tally(rules, capabilities)
    for each in held:
        tally.take(each, denied, denies_all, to="group")
    return _grants(tally.places, capabilities)


def _speaks_of_group(rules: PlatformRules, number: int, source: str, kinds: set[str]) -> bool:
    when = rules.rules[number].when
    needed = {"group": when.group is not None, "groups": bool(when.groups), "pattern": when.pattern is not None}
    complete = all(kind in kinds for kind, wanted in needed.items() if wanted)
    return complete and when.person is None and when.source in (None, source)


def _denied(held: Iterable[Held], rules: PlatformRules) -> tuple[frozenset[PlaceName], bool]:
    texts = {filled(text, each.parts) for each in held for text in each.rule.denies}
    return frozenset(rules.place(text) for text in texts if text != EVERY_PLACE), EVERY_PLACE in texts


class _Tally:
    """What the rules that hold add up to."""

    def __init__(self, rules: PlatformRules, capabilities: Capabilities) -> None:
        self.rules = rules
        self.capabilities = capabilities
        self.places: _Wanted = defaultdict(lambda: defaultdict(set))
        self.accounts: dict[str, set[Reason]] = defaultdict(set)
        self.because: set[Reason] = set()
        """Why there is to be an account at all."""
        self.parked: dict[tuple[PlaceName | None, str, str], set[Reason]] = defaultdict(set)

    def take(self, held: Held, denied: Iterable[PlaceName], denies_all: bool, to: str = "people") -> None:
        reasons = held.reasons(self.rules.file)
        for grant in () if denies_all else held.rule.grants:
            place = self.rules.place(filled(grant.place, held.parts))
            if place not in denied:
                self._place(place, grant, filled(grant.role, held.parts), reasons, to)
        for account in held.rule.accounts:
            role = filled(account.role, held.parts)
            why = self._refusal(role, self.capabilities.account_roles, account.allow_admin)
            if why is None:
                self.accounts[role].update(reasons)
                self.because.update(reasons)
            else:
                self.parked[None, role, why].update(reasons)

    def _place(self, place: PlaceName, grant: PlaceGrant, role: str, reasons: Sequence[Reason], to: str) -> None:
        why = self._refusal(role, self.capabilities.place_roles, grant.allow_admin)
        if why is not None:
            self.parked[place, role, why].update(reasons)
            return
        self.because.update(reasons)
        if grant.to == to:
            self.places[place][role].update(reasons)

    def _refusal(self, role: str, known: Sequence[str], allow_admin: bool) -> str | None:
        """Why a role cannot be given. Only roles that come out of a group's name get here unchecked."""
        if role not in known and not self.capabilities.custom_roles:
            return f'The platform has no role "{role}". It has: {", ".join(known)}.'
        if role in self.capabilities.administrative and not allow_admin:
            return f'"{role}" is administrative, and the grant does not say allow_admin: true.'
        return None

    def account(self) -> tuple[str | None, tuple[Reason, ...]]:
        if not self.because:
            return None, ()
        roles = [self.rules.policy.accounts.role, *self.accounts]
        return _strongest(roles, self.capabilities.account_roles), _sorted(self.because)

    def custom(self) -> tuple[str, ...]:
        """Account roles that were granted and that the published order does not know: each beside the ordered one."""
        return tuple(sorted(role for role in self.accounts if role not in self.capabilities.account_roles))

    def refused(self) -> tuple[Parked, ...]:
        return tuple(Parked(place, role, why, _sorted(because)) for (place, role, why), because in self.parked.items())


def _grants(wanted: _Wanted, capabilities: Capabilities) -> tuple[Grant, ...]:
    grants: list[Grant] = []
    for place in sorted(wanted, key=lambda each: (each.alias, each.id or "", each.name or "")):
        roles = wanted[place]
        if capabilities.roles_per_place == "several":
            each = sorted(roles.items())
            grants += [WeighedGrant(place, role, _sorted(why), frozenset(why)) for role, why in each]
        else:
            role = _strongest(list(roles), capabilities.place_roles)
            everything = set().union(*roles.values())
            grants.append(WeighedGrant(place, role, _sorted(everything), frozenset(roles[role])))
    return tuple(grants)


def _strongest(roles: Sequence[str], order: Sequence[str]) -> str:
    """The last in the published order. Roles it does not know rank below; among them the first by name wins."""
    rank: Mapping[str, int] = {role: number for number, role in enumerate(order)}
    return min(roles, key=lambda role: (-rank.get(role, -1), role))


def _sorted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (reason.line, reason.rule, reason.group or "")))
