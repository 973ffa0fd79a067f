"""The schemas the bridge speaks: the documents of RFC 7643 section 8.7.1, kept beside this file as JSON.

What differs from the RFC's text, and why:

- its errata: what holds a resource's id is caseExact (`groups.value`, `members.value`, `manager.value`), and so are references
  and binaries (sections 2.3.6 and 2.3.7 against the examples) and `password`; `addresses` has `primary` like every other
  multi-valued attribute (section 2.4);
- a Group's `displayName` is required (section 4.2) and, here, unique without case within a source: Entra asks for it;
- `members.display`, which the examples have and section 8.7.1 has not, is what the client said when it named the member;
- `manager.value` is not required of a manager: Okta clears one with `{"manager": {"value": null}}`.

The descriptions are our own words.
"""

from __future__ import annotations

import json
from importlib.resources import files

from scim_bridge.scim.attribute import Attribute, Schema

__all__ = [
    "COMMON_ATTRIBUTES",
    "ENTERPRISE_SCHEMA",
    "ENTERPRISE_URN",
    "GROUP_SCHEMA",
    "GROUP_URN",
    "USER_SCHEMA",
    "USER_URN",
]


def _document(name: str) -> Schema:
    return Schema.read(json.loads(files(__package__).joinpath("documents", name).read_bytes()))


USER_SCHEMA = _document("user.json")
ENTERPRISE_SCHEMA = _document("enterprise-user.json")
GROUP_SCHEMA = _document("group.json")

USER_URN = USER_SCHEMA.id
ENTERPRISE_URN = ENTERPRISE_SCHEMA.id
GROUP_URN = GROUP_SCHEMA.id

# Attributes of every resource (RFC 7643 section 3). They are in no schema document, yet filters and paths know them.
COMMON_ATTRIBUTES = (
    Attribute("schemas", "reference", True, True, mutability="readOnly", returned="always", reference_types=("uri",)),
    Attribute("id", case_exact=True, mutability="readOnly", returned="always", uniqueness="server"),
    Attribute("externalId", case_exact=True),
    Attribute(
        "meta",
        "complex",
        mutability="readOnly",
        sub_attributes=(
            Attribute("resourceType", case_exact=True, mutability="readOnly"),
            Attribute("created", "dateTime", mutability="readOnly"),
            Attribute("lastModified", "dateTime", mutability="readOnly"),
            Attribute("location", "reference", case_exact=True, mutability="readOnly", reference_types=("uri",)),
            Attribute("version", case_exact=True, mutability="readOnly"),
        ),
    ),
)
