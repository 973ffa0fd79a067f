"""Queries of everything at the base address (RFC 7644 section 3.4.2.1), and `POST /.search` (section 3.4.3): the query in the body,
where no log of addresses keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response

from scim_bridge.intake.push import Push
from scim_bridge.scim.registry import GROUP, RESOURCE_TYPES, USER, ResourceType
from scim_bridge.scim.search import load_search
from scim_bridge.web.asking import asked, body
from scim_bridge.web.listing import asked_search, listed

search = Blueprint("search", __name__)


@search.get("")
@asked
def list_everything(push: Push) -> Response:
    return listed(push, RESOURCE_TYPES, asked_search())


@search.post("/.search")
@asked
def search_everything(push: Push) -> Response:
    return _found(push, RESOURCE_TYPES)


@search.post("/Users/.search")
@asked
def search_users(push: Push) -> Response:
    return _found(push, (USER,))


@search.post("/Groups/.search")
@asked
def search_groups(push: Push) -> Response:
    return _found(push, (GROUP,))


def _found(push: Push, kinds: Sequence[ResourceType]) -> Response:
    return listed(push, kinds, load_search(body()))
