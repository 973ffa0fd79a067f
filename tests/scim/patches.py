"""Made-up users and PATCHes for differential tests, and what an independent implementation (scim2-models) makes of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import Context, EnterpriseUser, PatchOp, SCIMException, User

from scim_bridge.scim.errors import ScimError
from scim_bridge.scim.filters import Compare
from scim_bridge.scim.match import matches_value
from scim_bridge.scim.patch import apply_patch, load_patch
from scim_bridge.scim.paths import Path, parse_path
from scim_bridge.scim.registry import ENTERPRISE_URN, USER, USER_URN
from scim_bridge.scim.render import with_schemas

Model = User[EnterpriseUser]
Resource = dict[str, Any]
Outcome = Resource | str
"""What a resource became, or the scimType of the refusal."""

words = st.sampled_from(["a", "A", "b", "ab", "zoë", "é"])
kinds = st.sampled_from(["work", "home", "other"])
SEVERAL = ("roles", "entitlements", "phoneNumbers", "ims")
PARTS = ("value", "type", "primary", "display")


def at_most_one_primary(values: list[Resource]) -> bool:
    return sum(each.get("primary", False) for each in values) <= 1


items = st.fixed_dictionaries({"value": words}, optional={"type": kinds, "primary": st.booleans(), "display": words})
lists = st.lists(items, min_size=1, max_size=3, unique_by=lambda each: each["value"].casefold()).filter(at_most_one_primary)
names = st.fixed_dictionaries({}, optional={"familyName": words, "givenName": words, "middleName": words}).filter(bool)
managers = st.fixed_dictionaries({"value": words})
enterprises = st.fixed_dictionaries({}, optional={"department": words, "division": words, "manager": managers}).filter(bool)

users = st.fixed_dictionaries(
    {"userName": words, "active": st.booleans()},
    optional={
        "title": words, "displayName": words, "externalId": words, "name": names,
        "roles": lists, "entitlements": lists, "phoneNumbers": lists, ENTERPRISE_URN: enterprises,
    },
)  # fmt: skip

simple = st.sampled_from(["title", "displayName", "externalId", "userName", "nickName", f"{USER_URN}:title", "TITLE",
                          f"{ENTERPRISE_URN}:department", f"{ENTERPRISE_URN.upper()}:Division", "name.familyName",
                          "name.givenName", f"{USER_URN}:name.middleName"])  # fmt: skip
several = st.sampled_from(SEVERAL)
terms = st.one_of(
    st.tuples(
        st.sampled_from(["value", "type", "display"]), st.sampled_from(["eq", "ne", "sw", "co"]), words.map('"{}"'.format)
    ).map(" ".join),
    kinds.map('type eq "{}"'.format),
    st.sampled_from(["primary eq true", "type pr", "display pr"]),
)
brackets = st.one_of(terms, st.tuples(terms, st.sampled_from(["and", "or"]), terms).map(" ".join), terms.map("not ({})".format))
selected = st.tuples(several, brackets).map(lambda pair: f"{pair[0]}[{pair[1]}]")


def operation(verbs: list[str], path: Any, value: Any = None) -> Any:
    shape = {"op": st.sampled_from(verbs)} | ({} if path is None else {"path": path})
    return st.fixed_dictionaries(shape if value is None else {**shape, "value": value})


def part_of(path: Any) -> Any:
    """A path to one sub-attribute of several values, and a value of its type."""
    part = st.sampled_from(PARTS)
    return st.tuples(st.sampled_from(["add", "replace"]), path, part, words, st.booleans()).map(
        lambda each: {"op": each[0], "path": f"{each[1]}.{each[2]}", "value": each[4] if each[2] == "primary" else each[3]}
    )


WRITES = ["add", "replace"]
bodies = st.fixed_dictionaries(
    {}, optional={"title": words, "active": st.booleans(), "name": names, "roles": lists, ENTERPRISE_URN: enterprises}
).filter(bool)

operations = st.one_of(
    operation(WRITES, simple, words),
    operation(["remove"], simple),
    operation(WRITES, st.just("active"), st.booleans()),
    operation(WRITES, st.just("name"), names),
    operation(["remove"], st.sampled_from(["name", f"{ENTERPRISE_URN}:manager", ENTERPRISE_URN])),
    operation(WRITES, st.just(f"{ENTERPRISE_URN}:manager"), managers),
    operation(WRITES, st.just(ENTERPRISE_URN), enterprises),
    operation(WRITES, None, bodies),
    operation(WRITES, several, lists),
    operation(["remove"], several),
    operation(["replace"], several, st.just([])),
    operation(["remove"], selected),
    operation(WRITES, selected, items),
    part_of(selected),
    part_of(several),
    operation(["remove"], st.tuples(st.one_of(several, selected), st.sampled_from(PARTS)).map(".".join)),
    operation(["replace"], st.sampled_from(["id", "groups", "meta", "meta.created"]), words),
    operation(["remove"], st.sampled_from(["id", "groups", "meta", "userName"])),
)
patches = st.lists(operations, min_size=1, max_size=4)


def ours(before: Resource, some: list[Resource]) -> Outcome:
    """What the bridge makes of it."""
    try:
        return without_nothing(apply_patch({**before, "id": "u"}, load_patch({"Operations": some}, USER), USER))
    except ScimError as error:
        return error.scim_type or "none"


def theirs(before: Resource, some: list[Resource]) -> Outcome:
    """What scim2-models makes of it."""
    model = Model.model_validate({**with_schemas(deepcopy(before), USER), "id": "u"})
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": deepcopy(some)}
    try:
        PatchOp[Model].model_validate(body).patch(model)
    except SCIMException as error:
        return error.scim_type or "none"
    except ValidationError as error:
        return str(error.errors()[0]["type"]).removeprefix("scim_")
    shown = model.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return without_nothing(shown)


def without_nothing(resource: Resource) -> Resource:
    """The attributes that are the client's, less those that hold nothing."""
    return {name: value for name, value in resource.items() if name not in ("schemas", "id", "meta") and value not in ({}, [])}


def difference(before: Resource, one: Resource) -> str | None:
    """Which of the deliberate differences may show in this operation on this resource; docs/scim.md has the list."""
    touched = _touched(one)
    if touched is None:
        return "completed" if _completes(before, one) else None
    attribute, node, sub = touched
    values = before.get(attribute, [])
    hits = values if node is None else [each for each in values if matches_value(node, each)]
    if one["op"] == "remove":
        return "no value without value" if sub == "value" and hits else None
    if sub == "primary" and one["value"] is True and len(hits) > 1:
        return "the last one is primary"
    if sub is not None:
        return _made(values, hits, node)
    return _whole(before, one, hits, node)


def _touched(one: Resource) -> tuple[str, Any, str | None] | None:
    """Attribute, filter and sub-attribute of an operation on one of `SEVERAL`."""
    path = parse_path(one["path"], USER) if "path" in one else None
    if not isinstance(path, Path) or path.ref.attribute.name not in SEVERAL:
        return None
    return path.ref.attribute.name, path.value_filter, None if path.ref.sub is None else path.ref.sub.name


def _made(values: list[Resource], hits: list[Resource], node: Any) -> str | None:
    if node is None:
        return None if values else "a part of nothing"
    described = isinstance(node, Compare) and node.op == "eq" and node.ref.leaf.name in ("type", "primary")
    return "the described value is made" if described and not hits else None


def _whole(before: Resource, one: Resource, hits: list[Resource], node: Any) -> str | None:
    if node is None:
        return "completed" if _completes(before, one) else None
    if one["value"].get("primary") is True and len(hits) > 1:
        return "the last one is primary"
    return "replaced as a whole" if one["op"] == "replace" and any(each.keys() - one["value"].keys() for each in hits) else None


def _completes(before: Resource, one: Resource) -> bool:
    """Whether an `add` names a value that is there, with other details."""
    if one["op"] != "add":
        return False
    given = one["value"] if "path" not in one else {one["path"]: one["value"]}
    return any(
        new["value"].casefold() == old["value"].casefold() and new != old
        for name in SEVERAL for new in given.get(name, []) for old in before.get(name, []) if "value" in old
    )  # fmt: skip
