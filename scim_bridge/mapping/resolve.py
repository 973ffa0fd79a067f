"""Person and rules make the access wanted, each wish with its reasons (docs/mapping.md, "What it means"). Pure.

Deny wins over every grant. Where a place takes one role, the strongest by the connector's published order wins and the
reasons of the weaker ones stay with it, so that leaving one group keeps what another gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import Grant, PlaceName, Reason
from scim_bridge.access.observed import GROUP_ROLE
from scim_bridge.access.person import Person
from scim_bridge.mapping.conditions import Held, bindings, hits_of, holding
from scim_bridge.mapping.email import email_of
from scim_bridge.mapping.model import IN_ORGANIZATION, Parked, PlaceGrant, PlatformRules, WeighedGrant, Wish, group_place
from scim_bridge.mapping.patterns import filled

EVERY_PLACE = "*"

_Wanted = dict[PlaceName, dict[str, set[Reason]]]


def resolve(person: Person, rules: PlatformRules, capabilities: Capabilities) -> Wish:
    """The whole wish for one person on one platform. Costs by the person's groups, not by the number of rules."""
    if person.kind == "group":
        return _resolve_group(person, rules, capabilities)
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
        grants=_grants(tally.places, capabilities, tally.allowed),
        account_custom=tally.custom(),
        groups=() if denies_all else _groups(held, denied, rules),
        parked=tally.refused(),
        denied=denied,
        denies_all=denies_all,
    )


def _resolve_group(group: Person, rules: PlatformRules, capabilities: Capabilities) -> Wish:
    """What the group itself is to have (`to: group`). Rules about persons say nothing here, not even denials."""
    grants = resolve_group(group.user_name, group.source, rules, capabilities) if group.active else ()
    reasons = _sorted({reason for grant in grants for reason in grant.reasons})
    return Wish(group.user_name, account_role=GROUP_ROLE if grants else None, account_reasons=reasons, grants=grants)


def resolve_group(group: str, source: str, rules: PlatformRules, capabilities: Capabilities) -> tuple[Grant, ...]:
    """The grants of a group of this name and source."""
    if source not in rules.sources:
        return ()
    held = list(_held_by_group(group, source, rules))
    denied, denies_all = _denied(held, rules)
    tally = _Tally(rules, capabilities)
    for each in held:
        tally.take(each, denied, denies_all, to="group")
    return _grants(tally.places, capabilities, tally.allowed)


def _held_by_group(group: str, source: str, rules: PlatformRules) -> Iterator[Held]:
    hits = hits_of(frozenset({group}), rules)
    for number in sorted(hits):
        if _speaks_of_group(rules, number, source, {hit.condition for hit in hits[number]}):
            yield from bindings(rules.rules[number], hits[number])


def _groups(held: Iterable[Held], denied: frozenset[PlaceName], rules: PlatformRules) -> tuple[Grant, ...]:
    """The groups through which this person gets something. Deny wins: whoever is denied what a group gives is not in it."""
    reasons: dict[str, set[Reason]] = defaultdict(set)
    withheld: set[str] = set()
    for each in held:
        places = {rules.place(filled(grant.place, each.parts)) for grant in each.rule.grants if grant.to == "group"}
        for reason in each.reasons(rules.file) if places else ():
            if reason.group is not None:
                reasons[reason.group].add(reason)
                withheld |= {reason.group} if places & denied else set()
    names = sorted(reasons.keys() - withheld)
    return tuple(Grant(group_place(name), GROUP_ROLE, _sorted(reasons[name])) for name in names)


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
        self.allowed: set[tuple[PlaceName | None, str]] = set()
        """(place, None for the account; role) of grants that say `allow_admin: true`."""
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
                self.allowed |= {(None, role)} if account.allow_admin else set()
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
            self.allowed |= {(place, role)} if grant.allow_admin else set()

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

    def custom(self) -> tuple[WeighedGrant, ...]:
        """Account roles that were granted and that the published order does not know: each beside the ordered one."""
        roles = sorted(role for role in self.accounts if role not in self.capabilities.account_roles)
        return tuple(_weighed(IN_ORGANIZATION, role, self.accounts[role], (None, role) in self.allowed) for role in roles)

    def refused(self) -> tuple[Parked, ...]:
        return tuple(Parked(place, role, why, _sorted(because)) for (place, role, why), because in self.parked.items())


def _grants(
    wanted: _Wanted, capabilities: Capabilities, allowed: Container[tuple[PlaceName | None, str]]
) -> tuple[Grant, ...]:
    """Of roles that exclude each other in a place the strongest, with the reasons of the others; every other role by itself."""
    grants: list[Grant] = []
    for place in sorted(wanted, key=lambda each: (each.alias, each.id or "", each.name or "")):
        roles = wanted[place]
        rivals = [role for role in roles if capabilities.exclusive(role)]
        if rivals:
            role = _strongest(rivals, capabilities.place_roles)
            everything = set().union(*(roles[each] for each in rivals))
            grants.append(_weighed(place, role, everything, (place, role) in allowed, frozenset(roles[role])))
        beside = sorted(roles.keys() - set(rivals))
        grants += [_weighed(place, each, roles[each], (place, each) in allowed) for each in beside]
    return tuple(grants)


def _weighed(
    place: PlaceName, role: str, reasons: set[Reason], allow_admin: bool, decisive: frozenset[Reason] | None = None
) -> WeighedGrant:
    return WeighedGrant(place, role, _sorted(reasons), decisive or frozenset(reasons), allow_admin)


def _strongest(roles: Sequence[str], order: Sequence[str]) -> str:
    """The last in the published order. Roles it does not know rank below; among them the first by name wins."""
    rank: Mapping[str, int] = {role: number for number, role in enumerate(order)}
    return min(roles, key=lambda role: (-rank.get(role, -1), role))


def _sorted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (reason.line, reason.rule, reason.group or "")))
