"""Mapping files against the platforms they speak of: places and roles that are not there, two files that reach one organization.

Nothing is written. A platform that cannot be asked is a warning, and the others are asked all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scim_bridge.access.connector import Connector, ConnectorType, Surroundings
from scim_bridge.access.desired import PlaceName
from scim_bridge.access.observed import Place
from scim_bridge.db import Database
from scim_bridge.errors import BridgeError
from scim_bridge.mapping.findings import tops
from scim_bridge.mapping.model import PlatformRules, RuleSet
from scim_bridge.mapping.problems import Problem, did_you_mean
from scim_bridge.mapping.resolve import EVERY_PLACE
from scim_bridge.mapping.secrets import expand
from scim_bridge.mapping.spot import Spot
from scim_bridge.reconcile.gate import gate_of
from scim_bridge.reconcile.translate import ITSELF, PlaceBook

Reach = Callable[[PlatformRules], Connector]


def reaching(
    types: Mapping[str, ConnectorType], environment: Mapping[str, str], folder: Path, database: Database | None
) -> Reach:
    """How platforms are reached: at their published rate, shared with every process, where there is a database to share."""

    def reach(rules: PlatformRules) -> Connector:
        kind = types[rules.connector]
        connection = expand(rules.connection, environment)
        gate = gate_of(database, rules.name, kind.capabilities(connection).rate)
        return kind.make(connection, Surroundings(rules.name, gate, folder))

    return reach


@dataclass
class Checked:
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def check_online(files: Mapping[str, bytes], rules: RuleSet, reach: Reach) -> Checked:
    """Ask every platform of a set that loaded without errors."""
    checked = Checked()
    seen: dict[str, PlatformRules] = {}
    for platform, top in tops(files, rules):
        report = top.report
        try:
            connector = reach(platform)
            other = seen.setdefault(connector.identity(), platform)
            if other is not platform:
                message = f"This reaches the same organization as {other.file}; the two would undo each other. Keep one of them."
                report.error(("connection",), "same_organization", message, at_key=True)
            _Check(platform, top, connector).run()
        except BridgeError as error:
            report.warn(("connection",), "unreachable_platform", f"{platform.name} could not be asked: {error}", at_key=True)
        checked.errors += report.errors
        checked.warnings += report.warnings
    checked.errors.sort()
    checked.warnings.sort()
    return checked


class _Check:
    """One file against its platform."""

    def __init__(self, rules: PlatformRules, top: Spot, connector: Connector) -> None:
        self.rules = rules
        self.top = top
        self.can = connector.capabilities
        self.book = PlaceBook(connector, rules)

    def run(self) -> None:
        """Raises `PlatformError` when the platform does not answer."""
        for alias, spot in self.top["places"].entries():
            self._check_place(spot, self.rules.places[alias], at_key=True)
        self._check_role(self.top["accounts"]["role"], self.top, [])
        for rule in self.top["rules"].items():
            for grant in rule["grant"].items():
                self._check_grant(rule, grant)
            for denial in rule["deny"].items():
                self._check_places(rule, denial["place"])

    def _check_grant(self, rule: Spot, grant: Spot) -> None:
        if "account" in grant:
            for role in _readings(rule, grant["account"]):
                self._check_role(role, grant, [])
            return
        places = self._check_places(rule, grant["place"])
        for role in _readings(rule, grant["role"]) if places else ():
            self._check_role(role, grant, places)

    def _check_places(self, rule: Spot, spot: Spot) -> list[Place]:
        """The places that a text can mean and that are there. An alias that names none is reported where it is defined."""
        found = []
        for reading in _readings(rule, spot):
            name = self.rules.place(reading.text or "")
            place = self.book.find(name)
            found += [place] if place is not None else []
            if reading.text != EVERY_PLACE and name.alias not in self.rules.places:
                self._check_place(reading, name)
        return found

    def _check_place(self, spot: Spot, name: PlaceName, *, at_key: bool = False) -> None:
        place, spelled = self.book.find(name), name.id or name.name or name.alias
        if place is None:
            hint = did_you_mean(spelled, self.book.names.values())
            spot.warn("unknown_place", f'The platform has no place "{spelled}".{hint}', at_key=at_key)
        elif not place.open:
            spot.warn("unknown_place", f'The place "{spelled}" is archived: nobody can be given a role there.', at_key=at_key)
        elif not place.managed:
            spot.warn("unknown_place", f'The place "{spelled}" is one the bridge leaves alone.', at_key=at_key)

    def _check_role(self, spot: Spot, grant: Spot, places: Sequence[Place]) -> None:
        """A role that the published order does not know: of the account, or of places, in one of which it must be."""
        known = self.can.place_roles if places else self.can.account_roles
        if spot.text is None or spot.text in known or not self.can.custom_roles:
            return
        found = [self.book.custom_role(each.id, spot.text) for each in places or [ITSELF]]
        there = [each for each in found if each is not None]
        if not there:
            where = f'place "{self.book.names[places[0].id]}"' if len(places) == 1 else "place" if places else "organization"
            spot.warn("unknown_role", f'The {where} here has no role "{spot.text}".')
        elif any(each.administrative for each in there) and grant["allow_admin"].value is not True:
            message = f'"{spot.text}" can change people, roles or keys there. If that is meant, the grant needs allow_admin: true.'
            spot.warn("admin_not_allowed", message)


def _readings(rule: Spot, spot: Spot) -> list[Spot]:
    """What a text may become: itself, or where it is one part with a table, each entry. Nothing where only a group's name tells."""
    part = re.fullmatch(r"\{([^{}]*)\}", spot.text or "")
    if part is not None:
        return [entry for _, entry in rule["parts"][part[1]].entries() if entry.text]
    return [spot] if spot.text is not None and "{" not in spot.text else []
