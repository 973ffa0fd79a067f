"""Our filters and PATCH against scim2-models, an independent implementation, on made-up users."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Context, EnterpriseUser, PatchOp, ScimFilter, User

from scim_bridge.scim.errors import InvalidFilter, InvalidPath, ScimError
from scim_bridge.scim.filters import parse_filter
from scim_bridge.scim.match import matches
from scim_bridge.scim.patch import apply_patch, load_patch
from scim_bridge.scim.paths import parse_path
from scim_bridge.scim.registry import ENTERPRISE_URN, USER, USER_URN
from scim_bridge.scim.render import with_schemas

Model = User[EnterpriseUser]
quick = settings(max_examples=300, derandomize=True, deadline=None, database=None)

words = st.sampled_from(["a", "A", "ab", "b", "%", "_", "\\", '"', "é", "É", "a b", "zoë", "(", "true"])
roles = st.fixed_dictionaries({"value": words}, optional={"type": st.sampled_from(["work", "Home"]), "primary": st.booleans()})


def one_primary(values: list[dict[str, Any]]) -> bool:
    return sum(each.get("primary", False) for each in values) <= 1


users = st.fixed_dictionaries(
    {"userName": words, "active": st.booleans()},
    optional={
        "title": words,
        "displayName": words,
        "externalId": words,
        "name": st.fixed_dictionaries({"familyName": words}, optional={"givenName": words}),
        "roles": st.lists(roles, min_size=1, max_size=3, unique_by=lambda each: each["value"]).filter(one_primary),
        ENTERPRISE_URN: st.fixed_dictionaries({"department": words}),
    },
)

texts = st.sampled_from(
    ["userName", "TITLE", "displayName", "externalId", "name.familyName", "roles.value", "roles.type", "roles",
     f"{ENTERPRISE_URN}:department", f"{USER_URN}:title"]
)  # fmt: skip
operators = st.sampled_from(["eq", "NE", "co", "sw", "ew", "gt", "ge", "lt", "le"])
quoted = words.map(json.dumps)
comparisons = st.one_of(
    st.tuples(texts, operators, quoted).map(" ".join),
    texts.map("{} pr".format),
    st.tuples(st.just("active"), st.sampled_from(["eq", "ne"]), st.sampled_from(["true", "false"])).map(" ".join),
    # Not on roles: there the model asks each value, and for us `eq null` is "not present" in any of them.
    st.tuples(texts.filter(lambda name: "roles" not in name), st.sampled_from(["eq", "ne"]), st.just("null")).map(" ".join),
)
inner = st.one_of(
    st.tuples(st.sampled_from(["value", "type"]), operators, quoted).map(" ".join), st.just("primary eq true"), st.just("type pr")
)
in_brackets = st.one_of(inner, st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join))
terms = st.one_of(comparisons, in_brackets.map("roles[{}]".format))
filters = st.recursive(
    terms,
    lambda some: st.one_of(
        st.tuples(some, st.sampled_from(["and", "or"]), some).map(" ".join),
        some.map("not ({})".format),
        some.map("({})".format),
    ),
    max_leaves=6,
)


def model_of(resource: dict[str, Any]) -> Any:
    return Model.model_validate({**with_schemas(resource, USER), "id": "u"})


@quick
@given(filters, users)
def test_both_find_the_same_people(text: str, resource: dict[str, Any]) -> None:
    ours = matches(parse_filter(text, USER), resource)

    assert ours == ScimFilter[Model](text).match(model_of(resource))


@quick
@given(words, words, words)
def test_and_binds_closer_than_or_whatever_the_order(one: str, two: str, three: str) -> None:
    resource = {"userName": one, "title": two, "nickName": three}
    a, b, c = 'userName eq "a"', 'title eq "a"', 'nickName eq "a"'

    assert matches(parse_filter(f"{a} or {b} and {c}", USER), resource) == matches(
        parse_filter(f"{a} or ({b} and {c})", USER), resource
    )
    assert matches(parse_filter(f"{a} and {b} or {c}", USER), resource) == matches(
        parse_filter(f"({a} and {b}) or {c}", USER), resource
    )


simple_paths = st.sampled_from(["title", "displayName", "name.familyName", "name.givenName", f"{ENTERPRISE_URN}:department"])
operations = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["add", "replace"]), "path": simple_paths, "value": words}),
    st.fixed_dictionaries({"op": st.just("remove"), "path": simple_paths}),
    st.fixed_dictionaries({"op": st.just("replace"), "path": st.just("active"), "value": st.booleans()}),
    st.fixed_dictionaries({"op": st.just("replace"), "value": st.fixed_dictionaries({"title": words, "active": st.booleans()})}),
    st.fixed_dictionaries(
        {"op": st.just("replace"), "path": st.just("name"), "value": st.fixed_dictionaries({"givenName": words})}
    ),
    st.fixed_dictionaries({"op": st.just("replace"), "path": st.just("roles"), "value": st.lists(roles, min_size=1, max_size=1)}),
    st.fixed_dictionaries({"op": st.just("remove"), "path": st.just("roles")}),
)


@quick
@given(st.lists(operations, min_size=1, max_size=4), users)
def test_both_make_the_same_of_a_patch(some: list[dict[str, Any]], before: dict[str, Any]) -> None:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": some}
    model = model_of(before)
    PatchOp[Model].model_validate(body).patch(model)

    ours = apply_patch(before, load_patch(body, USER), USER)

    assert ours == told(model)


def told(model: Any) -> dict[str, Any]:
    """The model's resource as our dict: without what is ours to add, and without what is empty."""
    shown = model.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return {name: value for name, value in shown.items() if name not in ("schemas", "id", "meta") and value not in ({}, [])}


@quick
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda some: st.lists(some, max_size=3)
       | st.dictionaries(st.sampled_from(["op", "path", "value", "active", "emails", "name", "x", "type"]), some, max_size=4),
       max_leaves=12))  # fmt: skip
def test_no_value_breaks_a_patch_other_than_by_a_scim_error(value: Any) -> None:
    for path in (None, "name", "emails", "active", "manager", 'emails[type eq "work"]', "emails.value", "title"):
        for verb in ("add", "replace", "remove"):
            operation = {"op": verb, "value": value, **({} if path is None else {"path": path})}
            try:
                after = apply_patch({"userName": "a", "active": True}, load_patch({"Operations": [operation]}, USER), USER)
            except ScimError:
                continue
            assert isinstance(after.get("active"), bool) is not (verb == "remove" and path == "active")
            assert after["userName"]
            json.dumps(after)


@quick
@given(st.text(alphabet='ab "\\[]().:$eqandornotpr1-', max_size=40))
def test_no_text_breaks_the_filter_other_than_by_a_scim_error(text: str) -> None:
    for read, refusals in ((parse_filter, (InvalidFilter,)), (parse_path, (InvalidFilter, InvalidPath))):
        with contextlib.suppress(*refusals):
            assert read(text, USER) is not None
