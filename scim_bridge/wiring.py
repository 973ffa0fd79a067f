"""The only module that names concrete connectors, and that puts a process's parts together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scim_bridge.access.connector import ConnectorType
from scim_bridge.connectors.anthropic import ANTHROPIC
from scim_bridge.connectors.openai import OPENAI
from scim_bridge.connectors.sandbox import SANDBOX
from scim_bridge.db import Database
from scim_bridge.db.migrate import unmigrated
from scim_bridge.mapping import revisions
from scim_bridge.mapping.extensions import declare_from, extensions_state
from scim_bridge.reconcile.hand import Hand
from scim_bridge.reconcile.inventory import Inventory
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.sweep import Sweep
from scim_bridge.reconcile.takeup import TakeUp
from scim_bridge.settings import Settings, environment_variables
from scim_bridge.web.health import Readiness

CONNECTORS: Mapping[str, ConnectorType] = MappingProxyType({kind.name: kind for kind in (SANDBOX, ANTHROPIC, OPENAI)})


def readiness(mappings: Path | None = None) -> Readiness:
    """What `/readyz` says beside the database: migrations, the mapping revision in force, what is wrong with newer files.

    With the folder of mapping files: the schemas this process started with, and what a start would find there now.
    """
    return Readiness(unmigrated=unmigrated, mapping=lambda database: _mapping_state(database, mappings))


def _mapping_state(database: Database, mappings: Path | None) -> dict[str, Any]:
    with database.reading() as connection:
        current = revisions.current(connection)
        problems = revisions.newest_problems(connection)
    in_force = (
        None
        if current is None
        else {"id": current.id, "digest": current.digest[:16], "taken_at": current.taken_at.isoformat()}
    )
    schemas = {} if mappings is None else {"schemas": extensions_state(mappings)}
    return {"revision": in_force, "problems": [asdict(each) for each in problems], **schemas}


@dataclass(frozen=True)
class House:
    """Everything one process needs, on one database."""

    settings: Settings
    database: Database
    platforms: Platforms
    hand: Hand
    take_up: TakeUp
    sweep: Sweep
    inventory: Inventory


def build(
    settings: Settings,
    *,
    environment: Mapping[str, str] | None = None,
    connectors: Mapping[str, ConnectorType] = CONNECTORS,
) -> House:
    """A house for this process. Made after a fork, never before. SettingsError when the schema files have mistakes."""
    declare_from(Path(settings.mappings))
    database = Database(settings.database_url)
    variables = environment_variables() if environment is None else environment
    platforms = Platforms(database, connectors, variables, database.folder)
    return House(
        settings=settings,
        database=database,
        platforms=platforms,
        hand=Hand(database, platforms),
        take_up=TakeUp(database, platforms, Path(settings.mappings)),
        sweep=Sweep(
            database,
            platforms,
            poll=timedelta(seconds=settings.invitation_poll),
            interval=timedelta(seconds=settings.sweep_interval),
        ),
        inventory=Inventory(database, platforms, interval=timedelta(seconds=settings.sweep_interval)),
    )
