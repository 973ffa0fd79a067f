"""The schemas the bridge speaks: RFC 7643 section 8.7.1 as data, with its verified errata.

Errata and choices: a Group's displayName is required and, here, unique without case (Entra asks for it);
`manager.value` and every other value that is a resource's id is caseExact; addresses have `primary` like every other
multi-valued attribute (section 2.4). The descriptions are our own words.
"""

from __future__ import annotations

from scim_bridge.scim.attribute import Attribute, Mutability, Schema

USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"


def _text(name: str, description: str) -> Attribute:
    return Attribute(name, description=description)


def _reference(name: str, description: str, *types: str, mutability: Mutability = "readWrite") -> Attribute:
    return Attribute(
        name, "reference", case_exact=True, description=description, reference_types=types, mutability=mutability
    )


def _primary(of: str) -> Attribute:
    return Attribute("primary", "boolean", description=f"Whether this is the preferred {of}; true at most once.")


def _type(*values: str) -> Attribute:
    return Attribute("type", description="What it is for.", canonical_values=values)


def _plural(name: str, what: str, value: Attribute, *types: str) -> Attribute:
    """A multi-valued attribute with the default sub-attributes of RFC 7643 section 2.4."""
    display = _text("display", "How it is shown to people.")
    parts = (value, display, _type(*types), _primary(what))
    return Attribute(name, "complex", True, description=f"The person's {what}s.", sub_attributes=parts)


NAME = Attribute(
    "name",
    "complex",
    description="The parts of the person's name.",
    sub_attributes=(
        _text("formatted", "The whole name as it is shown."),
        _text("familyName", "Family name, or last name."),
        _text("givenName", "Given name, or first name."),
        _text("middleName", "Middle names."),
        _text("honorificPrefix", "Titles before the name."),
        _text("honorificSuffix", "Suffixes after the name."),
    ),
)

ADDRESSES = Attribute(
    "addresses",
    "complex",
    True,
    description="The person's postal addresses.",
    sub_attributes=(
        _text("formatted", "The whole address as it is shown; may have line breaks."),
        _text("streetAddress", "Street, house number, post-office box."),
        _text("locality", "City or locality."),
        _text("region", "State or region."),
        _text("postalCode", "Postal code."),
        _text("country", "Country."),
        _type("work", "home", "other"),
        _primary("address"),
    ),
)

GROUPS = Attribute(
    "groups",
    "complex",
    True,
    mutability="readOnly",
    description="The groups the person is in, directly or through others. Changed through Group resources only.",
    sub_attributes=(
        Attribute("value", case_exact=True, mutability="readOnly", description="The group's id."),
        _reference("$ref", "The group's address.", "User", "Group", mutability="readOnly"),
        Attribute("display", mutability="readOnly", description="The group's displayName."),
        Attribute(
            "type",
            mutability="readOnly",
            description="Whether the membership is direct or through another group.",
            canonical_values=("direct", "indirect"),
        ),
    ),
)

USER_SCHEMA = Schema(
    USER_URN,
    "User",
    "A person's account",
    (
        Attribute(
            "userName",
            required=True,
            uniqueness="server",
            description="What the identity provider calls the person; unique without case within a source.",
        ),
        NAME,
        _text("displayName", "The name shown to others."),
        _text("nickName", "What the person is casually called."),
        _reference("profileUrl", "The address of the person's online profile.", "external"),
        _text("title", "Job title."),
        _text("userType", "The relation to the organization, such as Employee or Contractor."),
        _text("preferredLanguage", "Preferred language, as in HTTP's Accept-Language."),
        _text("locale", "Locale for formatting, such as en-US."),
        _text("timezone", "Time zone in IANA's form, such as Europe/Berlin."),
        Attribute("active", "boolean", description="Whether the account is in use. False takes all access away."),
        Attribute(
            "password",
            mutability="writeOnly",
            returned="never",
            description="Accepted because identity providers send it; never stored.",
        ),
        _plural("emails", "e-mail address", _text("value", "The address."), "work", "home", "other"),
        _plural(
            "phoneNumbers",
            "phone number",
            _text("value", "The number, as it was sent."),
            *("work", "home", "mobile", "fax", "pager", "other"),
        ),
        _plural(
            "ims",
            "instant messaging address",
            _text("value", "The address."),
            *("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        ),
        _plural("photos", "photo", _reference("value", "The picture's address.", "external"), "photo", "thumbnail"),
        ADDRESSES,
        GROUPS,
        _plural("entitlements", "entitlement", _text("value", "The entitlement.")),
        _plural("roles", "role", _text("value", "The role.")),
        _plural(
            "x509Certificates",
            "certificate",
            Attribute("value", "binary", case_exact=True, description="The certificate, DER in base64."),
        ),
    ),
)

ENTERPRISE_SCHEMA = Schema(
    ENTERPRISE_URN,
    "EnterpriseUser",
    "What an enterprise adds to a person's account",
    (
        _text("employeeNumber", "Number or code the organization gave the person."),
        _text("costCenter", "Cost center."),
        _text("organization", "Organization."),
        _text("division", "Division."),
        _text("department", "Department."),
        Attribute(
            "manager",
            "complex",
            description="The person's line manager.",
            sub_attributes=(
                Attribute("value", case_exact=True, description="The other person's id."),
                _reference("$ref", "The other person's address.", "User"),
                Attribute("displayName", mutability="readOnly", description="The other person's displayName."),
            ),
        ),
    ),
)

GROUP_SCHEMA = Schema(
    GROUP_URN,
    "Group",
    "A group of people and groups",
    (
        Attribute(
            "displayName",
            required=True,
            uniqueness="server",
            description="The group's name; unique without case within a source.",
        ),
        Attribute(
            "members",
            "complex",
            True,
            description="Who is in the group.",
            sub_attributes=(
                Attribute("value", case_exact=True, mutability="immutable", description="The member's id."),
                _reference("$ref", "The member's address.", "User", "Group", mutability="immutable"),
                Attribute(
                    "type",
                    mutability="immutable",
                    description="Whether the member is a person or a group; a person when not given.",
                    canonical_values=("User", "Group"),
                ),
                Attribute("display", mutability="immutable", description="How the member is shown to people."),
            ),
        ),
    ),
)

# Attributes of every resource (RFC 7643 section 3). They are in no schema document, yet filters and paths know them.
COMMON_ATTRIBUTES = (
    Attribute("schemas", "reference", True, mutability="readOnly", returned="always", reference_types=("uri",)),
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
