from __future__ import annotations

import pytest

from scim_bridge.errors import BridgeError
from scim_bridge.scim import errors

ALL = [
    (errors.InvalidFilter, 400, "invalidFilter"),
    (errors.TooMany, 400, "tooMany"),
    (errors.Uniqueness, 409, "uniqueness"),
    (errors.Mutability, 400, "mutability"),
    (errors.InvalidSyntax, 400, "invalidSyntax"),
    (errors.InvalidPath, 400, "invalidPath"),
    (errors.UnknownAttribute, 400, "invalidPath"),
    (errors.NoTarget, 400, "noTarget"),
    (errors.InvalidValue, 400, "invalidValue"),
    (errors.InvalidVers, 400, "invalidVers"),
    (errors.Sensitive, 403, "sensitive"),
    (errors.Unauthorized, 401, None),
    (errors.Forbidden, 403, None),
    (errors.NotFound, 404, None),
    (errors.MethodNotAllowed, 405, None),
    (errors.NotAcceptable, 406, None),
    (errors.PreconditionFailed, 412, None),
    (errors.PayloadTooLarge, 413, None),
    (errors.UnsupportedMediaType, 415, None),
    (errors.TooManyRequests, 429, None),
    (errors.NotImplemented501, 501, None),
    (errors.Unavailable, 503, None),
]


@pytest.mark.parametrize(("kind", "status", "scim_type"), ALL)
def test_an_error_has_the_body_of_rfc_7644_section_3_12(
    kind: type[errors.ScimError], status: int, scim_type: str | None
) -> None:
    body = kind("What to do.").body()

    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert body["status"] == str(status)
    assert body["detail"] == "What to do."
    assert body.get("scimType") == scim_type
    assert ("scimType" in body) is (scim_type is not None)


def test_every_refusal_is_a_sentence_of_the_bridge() -> None:
    assert issubclass(errors.ScimError, BridgeError)
    assert str(errors.NotFound("No such user.")) == "No such user."


@pytest.mark.parametrize(("given", "told"), [(30, 30), (0, 1), (-5, 1)])
def test_retry_after_is_at_least_one_whole_second(given: int, told: int) -> None:
    assert errors.TooManyRequests("Slower.", given).retry_after == told
    assert errors.Unavailable("Later.", given).retry_after == told
