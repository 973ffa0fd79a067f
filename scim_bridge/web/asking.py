"""Before every view under /scim/v2: who asks, whether they may now, and what they want to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, g, request

from scim_bridge.directory.tokens import Credential
from scim_bridge.intake.push import Push
from scim_bridge.scim.errors import NotFound, Unauthorized
from scim_bridge.scim.project import Projection
from scim_bridge.scim.registry import ResourceType
from scim_bridge.web.authentication import authenticate
from scim_bridge.web.bodies import parsed, received
from scim_bridge.web.etags import condition_of
from scim_bridge.web.limits import neighbourhood
from scim_bridge.web.media import refuse_other_answers, refuse_other_content
from scim_bridge.web.options import ROOT
from scim_bridge.web.requests import location_of, parameter
from scim_bridge.web.state import this_door

View = Callable[..., Response]


def admit() -> None:
    """Authenticate whoever asks for anything of SCIM, and keep them to the rate.

    Before the address and the method are looked at: without a token all of them are answered alike.
    """
    if not f"{request.path}/".startswith(f"{ROOT}/"):
        return
    door = this_door()
    g.now = door.now()
    bare, presented = door.options.accept_bare_token, request.headers.get("Authorization")
    try:
        g.credential = authenticate(door.database, presented, bare=bare, now=g.now, tried=door.tried)
    except Unauthorized:
        door.attempts.take(neighbourhood(request.remote_addr))
        raise
    g.source = g.credential.source
    door.limits.take(g.credential.source_id)


def asked(view: View) -> View:
    """Call the view with a `Push` of whoever was admitted before its other arguments."""

    @wraps(view)
    def guarded(**arguments: Any) -> Response:
        refuse_other_answers(request)
        if any("\x00" in each for each in arguments.values()):  # PostgreSQL cannot even be asked for it
            raise NotFound("There is no such resource. No id holds the character U+0000.")
        return view(_push(g.credential, g.now), **arguments)

    return guarded


def body() -> Any:
    """The request's JSON value. Read after authentication, so that strangers cannot make the bridge parse anything."""
    refuse_other_content(request)
    g.content = parsed(received(request))
    return g.content


@dataclass(frozen=True)
class Shown:
    """What of a resource the client wants to see. `named`: it said so by `attributes`."""

    projection: Projection
    named: bool


def shown(kind: ResourceType, *, after: Any = None) -> Shown:
    """From `attributes` and `excludedAttributes`; `after` a write, whose body speaks of attributes too."""
    attributes = parameter(request.args, "attributes")
    excluded = parameter(request.args, "excludedAttributes")
    return Shown(Projection.parse(attributes, excluded, kind).after(after), bool(attributes))


def _push(credential: Credential, now: Any) -> Push:
    return Push(
        source_id=credential.source_id,
        source=credential.source,
        initiator=f"token {credential.token_name}",
        now=now,
        location=location_of(request),
        request_id=g.request_id,
        condition=condition_of(request),
    )
