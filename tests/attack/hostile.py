"""Requests that no identity provider sends, as hypothesis strategies. `{id}` and `{neighbour}` stand for ids filled in later."""

from __future__ import annotations

import json
from urllib.parse import quote

from hypothesis import strategies as st

from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP_URN, USER_URN
from tests.web.doors import PATCH_URN

names = st.sampled_from(
    ["userName", "USERNAME", "emails", "emails.value", "name", "name.familyName", "active", "members", "members.value", "displayName",
     "externalId", "id", "meta", "meta.created", "groups", "groups.display", "roles", "password", "schemas", "title", "manager",
     "$ref", "addresses", "x509Certificates", "unknown", "", ENTERPRISE_URN, f"{ENTERPRISE_URN}:manager",
     f"{USER_URN}:userName", GROUP_URN,
     "urn:unknown:thing", "a.b.c", "type", "value", "primary", "Operations", "op", "path"]
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["true", "False", "", " ", "x" * 600, "\\ud800", "%", "_", '"', "2026-11-24T12:00:00Z", "{id}", "{not"])
)
plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | texts, inner, max_size=4), max_leaves=10
)
literals = st.one_of(texts.map(json.dumps), st.sampled_from(['"\\ud800"', "1e400", "-0", "null", "TRUE", "x", '"{id}"', "'x'"]))
operators = st.sampled_from(["eq", "NE", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "xx"])
terms = st.one_of(st.tuples(names, operators, literals).map(" ".join), names.map("{} pr".format), st.text(max_size=8))
filters = st.recursive(
    terms,
    lambda some: st.one_of(
        st.tuples(some, st.sampled_from(["and", "OR"]), some).map(" ".join),
        some.map("not ({})".format),
        st.tuples(names, some).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.tuples(names, some, names).map(lambda three: f"{three[0]}[{three[1]}].{three[2]}"),
    ),
    max_leaves=5,
)
members = st.lists(st.fixed_dictionaries({"value": st.just("{id}")}), max_size=2)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Remove", "REPLACE", "move", ""]) | plain},
    optional={"path": names | filters | plain, "value": values | members},
)
resources = st.dictionaries(names, values, max_size=6).map(lambda some: {"userName": "fuzz", "displayName": "fuzz", **some})
patches = st.fixed_dictionaries({"schemas": st.just([PATCH_URN]), "Operations": st.lists(operations, min_size=1, max_size=4)})
bodies = st.one_of(resources, patches, values).map(json.dumps).map(str.encode) | st.binary(max_size=40)
addresses = st.one_of(
    st.sampled_from(["/Users", "/Groups", "/Users/{id}", "/Groups/{id}", "/Users/{neighbour}", "/Groups/{neighbour}", "/Me",
                     "/Bulk", "/.search", "/Users/.search", "/Schemas", f"/Schemas/{USER_URN}", "/ResourceTypes/User",
                     "/ServiceProviderConfig"]),
    st.text(max_size=10).map(lambda text: f"/Users/{quote(text)}"),
)  # fmt: skip
queries = st.dictionaries(
    st.sampled_from(["filter", "attributes", "excludedAttributes", "startIndex", "count", "sortBy", "cursor"]),
    filters | names | texts,
    max_size=3,
)
headers = st.dictionaries(
    st.sampled_from(["Accept", "Content-Type", "Content-Encoding", "X-Request-Id", "Host", "If-Match", "Prefer", "X-Forwarded-Host"]),
    st.sampled_from(["", "*/*", "application/json; charset=utf-8", "application/scim+json", "text/html", "gzip", '"x',
                     ";;;q=1", 'W/"1"',
                     "x" * 300]),
    max_size=2,
)  # fmt: skip
