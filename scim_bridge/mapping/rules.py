"""Reads `rules:` into `Rule`s and notes every mistake on the way: names, parts, roles, administrators, principals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scim_bridge.access.connector import Capabilities
from scim_bridge.mapping.model import AccountGrant, PlaceGrant, Rule
from scim_bridge.mapping.platform import check_role
from scim_bridge.mapping.problems import did_you_mean
from scim_bridge.mapping.schema import GRANT_KEYS, RULE_KEYS
from scim_bridge.mapping.spot import Spot
from scim_bridge.mapping.when import lacks_pattern, part_names, read_when

_PART = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Surroundings:
    """What the rules are checked against. `can` is None when the connector is unknown: then roles are not checked."""

    can: Capabilities | None
    sources: Sequence[str]
    aliases: Sequence[str]


def read_rules(spot: Spot, around: Surroundings) -> tuple[Rule, ...]:
    """All rules, as far as they are right, in the file's order."""
    if spot.value == []:
        spot.warn("no_rules", "There are no rules: nobody has anything here.", at_key=True)
    seen: dict[str, int] = {}
    return tuple(_rule(item, around, seen) for item in spot.items() if isinstance(item.value, dict))


def _rule(spot: Spot, around: Surroundings, seen: dict[str, int]) -> Rule:
    name = spot["name"].text or ""
    if name in seen:
        spot["name"].error("duplicate_rule", f'A rule "{name}" stands in line {seen[name]} already.')
    elif name:
        seen[name] = spot.line
    if len(spot.lacks("grant", "deny", known=RULE_KEYS)) == 2:
        spot.error("no_effect", "A rule needs `grant` or `deny`.")
    when = read_when(spot, around.sources)
    reading = _Grants(spot, around)
    for grant in spot["grant"].items():
        reading.read(grant)
    denies = tuple(reading.denied(entry["place"]) for entry in spot["deny"].items())
    return Rule(name, spot.line, when, tuple(reading.places), tuple(reading.accounts), tuple(filter(None, denies)))


def _parts_are_known(rule: Spot) -> bool:
    """Whether a part that is not in the pattern is a mistake of its own, not one more sign of a mistake in `when`."""
    when = rule["when"]
    if "group_pattern" in when:
        return bool(part_names(when))
    return when.value == "everybody" or (isinstance(when.value, dict) and lacks_pattern(when))


class _Grants:
    """The grants of one rule."""

    def __init__(self, rule: Spot, around: Surroundings) -> None:
        self.rule = rule
        self.around = around
        self.parts = part_names(rule["when"])
        self.parts_are_known = _parts_are_known(rule)
        self.places: list[PlaceGrant] = []
        self.accounts: list[AccountGrant] = []

    def read(self, grant: Spot) -> None:
        if not isinstance(grant.value, dict) or not self._is_whole(grant):
            return
        allow_admin = grant["allow_admin"].value is True
        if "account" in grant:
            self._role(grant, grant["account"], allow_admin, account=True)
            self.accounts.append(AccountGrant(grant["account"].text or "", allow_admin))
            return
        self._place(grant["place"])
        self._role(grant, grant["role"], allow_admin, account=False)
        to_group = grant["to"].value == "group"
        if to_group:
            self._principal(grant["to"])
        place, role = grant["place"].text or "", grant["role"].text or ""
        self.places.append(PlaceGrant(place, role, allow_admin, "group" if to_group else "people"))

    def _is_whole(self, grant: Spot) -> bool:
        """A grant is either a role in a place or a role of the account."""
        if "account" in grant:
            extra = [key for key in ("place", "role", "to") if key in grant]
            if extra:
                grant[extra[0]].error("bad_grant", f"A grant of `account` has no `{extra[0]}`.", at_key=True)
            return not extra
        missing = grant.lacks("place", "role", known=GRANT_KEYS)
        if len(missing) == 2 and not grant.lacks("account", known=GRANT_KEYS):
            return False
        if len(missing) == 2:
            grant.error("bad_grant", "A grant gives `place` and `role`, or `account`.")
        elif missing:
            grant.error("missing_key", f"`{missing[0]}` is missing.")
        return not missing

    def denied(self, spot: Spot) -> str | None:
        if spot.text != "*":
            self._place(spot)
        return spot.text

    def _place(self, spot: Spot) -> None:
        if spot.text is None or self._unknown_part(spot):
            return
        for place, text in self._texts(spot):
            if "{" not in text and text not in self.around.aliases:
                hint = did_you_mean(text, self.around.aliases)
                if hint:
                    message = f'"{text}" is no alias, so the platform is asked for a place of that name.{hint}'
                    place.warn("place_not_aliased", message)

    def _unknown_part(self, spot: Spot) -> bool:
        unknown = [found for found in _PART.finditer(spot.text or "") if found[1] not in self.parts]
        for found in unknown if self.parts_are_known else ():
            hint = did_you_mean(found[1], self.parts)
            spot.error("unknown_part", f"The rule's pattern has no part {found[0]}.{hint}", offset=found.start())
        return bool(unknown)

    def _texts(self, spot: Spot) -> list[tuple[Spot, str]]:
        """What the text may become: itself; or, where it is one part with a table, each entry of the table."""
        part = _PART.fullmatch(spot.text or "")
        table = self.rule["parts"][part[1]] if part else None
        if table is None or not isinstance(table.value, dict):
            return [(spot, spot.text or "")]
        return [(entry, entry.text) for _, entry in table.entries() if entry.text]

    def _role(self, grant: Spot, spot: Spot, allow_admin: bool, *, account: bool) -> None:
        can = self.around.can
        if spot.text is None or self._unknown_part(spot) or can is None:
            return
        for place, role in self._texts(spot):
            if "{" in role:
                continue  # comes out of the group's name: `resolve` looks at it
            check_role(place, role, can, can.account_roles if account else can.place_roles)
            if role in can.administrative and not allow_admin:
                where = "" if place is spot else f" in line {grant.line}"
                message = f'"{role}" is administrative. If that is meant, the grant{where} needs allow_admin: true.'
                place.error("admin_not_allowed", message)

    def _principal(self, spot: Spot) -> None:
        """`to: group` needs a platform that takes groups, and conditions that a group can fulfil."""
        when = self.rule["when"]
        if self.around.can is not None and not self.around.can.groups_as_principals:
            message = "This platform gives roles to people only. Leave `to` out; each member gets the role."
            spot.error("groups_not_supported", message)
        elif "person" in when or not any(key in when for key in ("group", "groups", "group_pattern")):
            spot.error("bad_grant", "`to: group` needs a condition on groups, and none on `person`.")
