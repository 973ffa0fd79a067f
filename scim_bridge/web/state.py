"""What the door has at hand while it serves: made once for each process, found through Flask's application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import Flask, current_app

from scim_bridge.db import Database, utc_now
from scim_bridge.web.authentication import Tried
from scim_bridge.web.health import Readiness
from scim_bridge.web.limits import STRANGER, Limits
from scim_bridge.web.options import Options

_KEY = "scim_bridge"


@dataclass(frozen=True)
class Door:
    database: Database
    options: Options = field(default_factory=Options)
    readiness: Readiness = field(default_factory=Readiness)
    limits: Limits = field(default_factory=lambda: Limits(0))
    attempts: Limits = field(default_factory=lambda: Limits(0, sentence=STRANGER))
    now: Callable[[], datetime] = utc_now
    tried: Tried = field(default_factory=dict)


def install(app: Flask, door: Door) -> None:
    app.extensions[_KEY] = door


def this_door() -> Door:
    """The door of the request that is being served."""
    return cast("Door", current_app.extensions[_KEY])
