"""/Bulk"""

from __future__ import annotations

from flask import Blueprint, Response, request

from scim_bridge.intake.bulk import Bulk
from scim_bridge.intake.push import Push
from scim_bridge.scim.bulk import bulk_response, load_bulk
from scim_bridge.scim.errors import PayloadTooLarge
from scim_bridge.web.answers import scim_response
from scim_bridge.web.asking import asked, body
from scim_bridge.web.state import this_door

bulk = Blueprint("bulk", __name__)


@bulk.post("/Bulk")
@asked
def many(push: Push) -> Response:
    """Each operation as a single request would do it. 200, and in the body what became of each."""
    limit = this_door().options.max_body_bytes
    if (request.content_length or 0) > limit:
        raise PayloadTooLarge(f"The request has {request.content_length} bytes; maxPayloadSize is {limit}. Nothing was done.")
    wanted = load_bulk(body())
    return scim_response(bulk_response(Bulk(this_door().database.write, push, wanted).carry_out()))
