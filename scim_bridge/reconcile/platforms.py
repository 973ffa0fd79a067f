"""The platforms that the revision in force speaks of, compiled once for each revision, each with its connector."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scim_bridge.access.connector import Capabilities, Connector, ConnectorType, Surroundings
from scim_bridge.db import Database
from scim_bridge.errors import BridgeError
from scim_bridge.ledger.holds import retired_platforms
from scim_bridge.mapping import revisions
from scim_bridge.mapping.load import load_files
from scim_bridge.mapping.model import PlatformRules, RuleSet
from scim_bridge.mapping.secrets import expand
from scim_bridge.reconcile.gate import gate_of
from scim_bridge.work.slate import platforms_waiting


class OrganizationTaken(BridgeError):
    """Another mapping file in force reaches the same organization."""


@dataclass(frozen=True)
class Platform:
    """One mapping file in force, and what reaches the installation it speaks of."""

    name: str
    rules: PlatformRules
    capabilities: Capabilities
    connector: Connector


class Platforms:
    """What is in force, for one process. Safe to ask from several threads."""

    def __init__(
        self, database: Database, types: Mapping[str, ConnectorType], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.database = database
        self.types = types
        self.environment = environment
        self.folder = folder
        self._lock = threading.Lock()
        self._revision: tuple[int | None, frozenset[str]] = (None, frozenset())
        self._rules = RuleSet()
        self._identities: dict[str, str] = {}
        self._connectors: dict[str, tuple[dict[str, Any], Connector]] = {}

    def rules(self) -> RuleSet:
        """The rules in force, retired platforms included with no rule left."""
        with self._lock:
            self._refresh()
            return self._rules

    def names(self) -> tuple[str, ...]:
        """Platforms with a file in force, and those without one that marks are left for."""
        with self.database.reading() as connection:
            waiting = platforms_waiting(connection)
        return tuple(sorted({*self.rules().platforms, *waiting}))

    def platform(self, name: str) -> Platform | None:
        """The platform, or None when no file speaks of it. Raises `VariableUnset` when its secret is not there."""
        with self._lock:
            self._refresh()
            rules = self._rules.platforms.get(name)
            if rules is None:
                return None
            kind = self.types[rules.connector]
            connection = expand(rules.connection, self.environment)
            capabilities = kind.capabilities(connection)
            return Platform(name, rules, capabilities, self._connector(rules, kind, connection, capabilities))

    def check_alone(self, platform: Platform) -> None:
        """Two files that reach one organization would undo each other's work: the later by name does nothing.

        Raises `OrganizationTaken`. Others are known by what they said when they were last worked with: nobody is asked here
        but the platform itself, so that one that is down delays no other.
        """
        mine = self._identities[platform.name] = platform.connector.identity()
        for name in self.rules().platforms:
            if name < platform.name and self._identities.get(name) == mine:
                raise OrganizationTaken(
                    f"{platform.rules.file} reaches the same organization as {name}.yaml. Keep one of the two files; "
                    f"until then nothing is done for {platform.name}."
                )

    def capabilities(self, rules: PlatformRules) -> Capabilities:
        """What the platform of these rules can do, without reaching it and without its secrets."""
        return self.types[rules.connector].capabilities(rules.connection)

    def _connector(
        self, rules: PlatformRules, kind: ConnectorType, connection: dict[str, Any], capabilities: Capabilities
    ) -> Connector:
        known = self._connectors.get(rules.name)
        if known is not None and known[0] == connection:
            return known[1]
        gate = gate_of(self.database, rules.name, capabilities.rate)
        made = kind.make(connection, Surroundings(rules.name, gate, self.folder))
        self._connectors[rules.name] = (connection, made)
        return made

    def _refresh(self) -> None:
        with self.database.reading() as connection:
            retired = frozenset(retired_platforms(connection))
            newest = revisions.current_id(connection)
            if (newest, retired) == self._revision:
                return
            current = revisions.current(connection)
            rules = self._compiled(current)
            for name in retired - rules.keys():
                old = self._compiled(revisions.newest_with(connection, name)).get(name)
                if old is not None:
                    rules[name] = replace(old, rules=(), policy=replace(old.policy, mode="apply"))
        self._rules = RuleSet(rules)
        self._revision = (newest, retired)

    def _compiled(self, revision: revisions.Revision | None) -> dict[str, PlatformRules]:
        if revision is None:
            return {}
        loaded = load_files(revision.files, self.types, None)
        if loaded.rules is None:
            raise BridgeError(f"Mapping revision {revision.id} cannot be read any more: {loaded.errors[0].message}")
        return dict(loaded.rules.platforms)
