"""A request drawn at random: a method, an address, headers, a body."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from tests.fuzz.messages import filtered, message
from tests.fuzz.wild import NAMES, TEXTS, broken, chance, one, text, written

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO", "get")
_USUAL = {"GET": "search", "POST": "user", "PUT": "user", "PATCH": "patch"}
_HEADERS: dict[str, tuple[str, ...]] = {
    "Accept": ("*/*", "application/json", "text/html", "application/scim+json;q=0", ";;;", ",", "x" * 300),
    "Accept-Encoding": ("gzip", "gzip;q=0", "*", "br", ";", "gzip;q=x"),
    "Accept-Charset": ("utf-8", "x"),
    "Content-Type": ("application/scim+json", "application/json; charset=utf-8", "application/json; charset=\xff", "text/html",
                     ";", "a/b/c", ""),
    "Content-Encoding": ("gzip", "br", "gzip, gzip", "identity", "\xff"),
    "X-Request-Id": ("r-1", "<script>", "x" * 200, "\xff", ""),
    "Host": ("[::1", "a b", "x:y:z", "", "\xff", "example.com:99999"),
    "If-Match": ("*", 'W/"1"', '"x', "", ",", 'W/"1", W/"2"', "x" * 300),
    "If-None-Match": ("*", 'W/"1"', '"x', ",,"),
    "If-Modified-Since": ("Sat, 29 Oct 1994 19:43:31 GMT", "x"),
    "Prefer": ("return=minimal", "respond-async", ";"),
    "Expect": ("x",),
    "Range": ("bytes=0-1", "x"),
    "X-HTTP-Method-Override": ("DELETE",),
    "Forwarded": ("for=x;host=evil",),
    "X-Forwarded-Host": ("evil.example.com", "\xff"),
    "Cookie": ("a=b; =; \xff",),
}
"""Everything that might be read, and values that nobody means."""
_CREDENTIALS = ("", "Bearer", "Basic !!!", "Basic " + "A" * 40, "Bearer \xff", "x" * 5_000)
_SPECIAL = (
    ("POST", "/.search", "search"), ("POST", "/Users/.search", "search"), ("POST", "/Groups/.search", "search"),
    ("POST", "/Bulk", "bulk"), ("POST", "/Bulk", "bulk"), ("GET", "/Me", "user"), ("GET", "/Schemas", "user"),
    ("GET", "/ResourceTypes/User", "user"), ("GET", "/ServiceProviderConfig", "user"),
)  # fmt: skip
"""Addresses beside the resources': a method they take, the path, the message."""


@dataclass
class Sent:
    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def drawn(random: Random, ids: Sequence[str], token: str) -> Sent:
    """Mostly of somebody who has the token and nearly knows what to send."""
    method = one(random, METHODS if chance(random, 8) else ("GET", "POST", "PUT", "PATCH", "PATCH", "DELETE"))
    method, path, likely = _address(random, ids, method)
    sent = Sent(method, path, _query(random, ids) if method == "GET" or chance(random, 4) else "", _headers(random, token))
    if method in ("POST", "PUT", "PATCH") or chance(random, 6):
        sent.body = _body(random, ids, likely)
        if sent.headers.get("Content-Encoding") == "gzip" and not chance(random, 4):
            sent.body = gzip.compress(sent.body, 1)
    return sent


def _address(random: Random, ids: Sequence[str], method: str) -> tuple[str, str, str]:
    """The method, or another where the address takes it only seldom; a path below /scim/v2, or near it; what it takes."""
    kind = one(random, ("User", "Group"))
    likely = _USUAL.get(method, "user") if method == "PATCH" else kind.lower()
    if chance(random, 6):
        usual, special, likely = one(random, _SPECIAL)
        return method if chance(random, 6) else usual, f"/scim/v2{special}", likely
    if chance(random, 8):
        odd = quote(text(random, ids).encode("utf-8", "surrogatepass"), safe="/" if chance(random, 2) else "")
        return method, one(random, (
            f"/scim/v2/{kind}s/{odd}", f"/scim/v2/Schemas/{odd}", f"/scim/v2/{odd}", f"/scim/{odd}", f"/{odd}", f"/scim/v2//{kind}s/",
            f"/scim/v1/{kind}s", f"/scim/v2/{kind}s/%ff%fe", f"/scim/v2/{kind}s/%ed%a0%80", "/healthz", "/readyz",
        )), likely  # fmt: skip
    if method == "POST" or (method == "GET" and chance(random, 2)):
        return method, f"/scim/v2/{kind}s", likely
    return method, f"/scim/v2/{kind}s/{one(random, ids) if ids else 'unknown'}", likely


def _query(random: Random, ids: Sequence[str]) -> str:
    values = {
        "filter": filtered(random, ids), "attributes": one(random, NAMES), "excludedAttributes": f"{one(random, NAMES)},members",
        "startIndex": one(random, ("1", "0", "-1", "x", "9" * 30, "1e3", " 2 ", "\u0662")),
        "count": one(random, ("0", "1", "-1", "x", "9" * 30, "500")), "sortBy": one(random, NAMES),
        "sortOrder": one(random, ("ascending", "x")), "cursor": one(random, ("", "x", *TEXTS)), "x": "y",
        "FILTER": filtered(random, ids),
    }  # fmt: skip
    names = [one(random, tuple(values)) for _ in range(random.randrange(4))]
    pairs = [f"{name}={quote(values[name].encode('utf-8', 'surrogatepass'))}" for name in names]
    return "&".join([*pairs, *(["%ff=%fe&=&&cursor"] if chance(random, 20) else [])])


def _headers(random: Random, token: str) -> dict[str, str]:
    usual = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    odd = {name: one(random, _HEADERS[name]) for name in [one(random, tuple(_HEADERS)) for _ in range(random.randrange(3))]}
    if chance(random, 15):
        odd["Authorization"] = one(random, (*_CREDENTIALS, f"bearer  {token}", token))
    return usual | odd


def _body(random: Random, ids: Sequence[str], likely: str) -> bytes:
    content = written(message(random, ids, likely))
    return broken(random, content) if chance(random, 8) else content
