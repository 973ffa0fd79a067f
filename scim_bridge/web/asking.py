"""The decorator of every view under /scim/v2: who asks, whether they may now, and what they want to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, g, request

from scim_bridge.directory.tokens import Credential
from scim_bridge.intake.push import Push
from scim_bridge.scim.errors import NotFound
from scim_bridge.scim.project import Projection
from scim_bridge.scim.registry import ResourceType
from scim_bridge.web.authentication import authenticate
from scim_bridge.web.bodies import parsed, received
from scim_bridge.web.media import refuse_other_answers, refuse_other_content
from scim_bridge.web.requests import location_of, parameter
from scim_bridge.web.state import this_door

View = Callable[..., Response]


def asked(view: View) -> View:
    """Authenticate, keep to the rate, then call the view with a `Push` before its other arguments."""

    @wraps(view)
    def guarded(**arguments: Any) -> Response:
        door = this_door()
        now = door.now()
        bare, presented = door.options.accept_bare_token, request.headers.get("Authorization")
        credential = authenticate(door.database, presented, bare=bare, now=now, tried=door.tried)
        g.source = credential.source
        door.limits.take(credential.source_id)
        refuse_other_answers(request)
        if any("\x00" in each for each in arguments.values()):  # PostgreSQL cannot even be asked for it
            raise NotFound("There is no such resource. No id holds the character U+0000.")
        return view(_push(credential, now), **arguments)

    return guarded


def body() -> Any:
    """The request's JSON value. Read after authentication, so that strangers cannot make the bridge parse anything."""
    refuse_other_content(request)
    return parsed(received(request))


@dataclass(frozen=True)
class Shown:
    """What of a resource the client wants to see. `named`: it said so by `attributes`."""

    projection: Projection
    named: bool


def shown(kind: ResourceType) -> Shown:
    """From `attributes` and `excludedAttributes`."""
    attributes = parameter(request.args, "attributes")
    excluded = parameter(request.args, "excludedAttributes")
    return Shown(Projection.parse(attributes, excluded, kind), bool(attributes))


def _push(credential: Credential, now: Any) -> Push:
    return Push(
        source_id=credential.source_id,
        source=credential.source,
        initiator=f"token {credential.token_name}",
        now=now,
        location=location_of(request),
        request_id=g.request_id,
    )
