"""/Me (RFC 7644 section 3.11)."""

from __future__ import annotations

from flask import Blueprint, Response

from scim_bridge.intake.push import Push
from scim_bridge.scim.errors import NotImplemented501
from scim_bridge.web.asking import asked

me = Blueprint("me", __name__)


@me.route("/Me", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@asked
def nobody(push: Push) -> Response:
    """501, as the RFC has it for a server without this address: whoever asks here is an identity provider."""
    raise NotImplemented501(
        "There is no /Me here: a token stands for a source, an identity provider, and not for a person. "
        "Find people at /Users, by a filter on userName or externalId."
    )
