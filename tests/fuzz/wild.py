"""Wild JSON: values of every type in every place, texts and numbers at the edges of what machines keep, bytes that are no JSON.

Everything is drawn from a `Random`: hypothesis's in the suite, a seeded one in the bench.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")

TEXTS = (
    "", " ", "a", "ada@example.com", "ADA@EXAMPLE.COM", "Engineers", "true", "False", "TRUE", "null", "0", "-1",
    "1e400", "NaN", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202eadmin", "\u0130", "stra\u00dfe", "e\u0301",
    "\ufeff", "\U0001f600", "%", "_", "\\", '"', "'", "'; drop table person; --", "../../etc/passwd",
    "${jndi:ldap://x}", "{{7*7}}", "<script>", "\r\nX-Evil: 1", "x" * 300, "x" * 5_000, "2026-11-24T12:00:00Z",
    "2026-13-45T99:99:99Z", "9999-12-31T23:59:59.999999+23:59", "0000-00-00", "-1000000-01-01T00:00:00Z",
    "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group", "urn:x", "urn:", ":",
    ".", "..", "[", "a[", "]", "bulkId:ada", "bulkId:", "W/\"1\"", "*", "data:text/html,x", "http://[::1", "tel:+1",
    "QQ==", "Q", "+1 555", "en_US", "xx-yy-zz", "Europe/Berlin",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 255, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**40, 0.5, -0.0, 1e-320, 1.7976931348623157e308)
LITERALS = {
    "@NaN": "NaN", "@Infinity": "-Infinity", "@1e400": "1e400", "@digits": "9" * 5_000, "@-": "-", "@01": "01", "@half": '"\\ud800"',
}  # fmt: skip
"""What no Python value is written as: put in by name, and replaced in the text."""
NAMES = (
    "schemas", "id", "externalId", "meta", "meta.version", "userName", "USERNAME", "name", "name.familyName",
    "name.formatted", "displayName", "nickName", "title", "userType", "preferredLanguage", "locale", "timezone",
    "active", "password", "emails", "emails.value", "emails.type", "emails.primary", "phoneNumbers", "ims", "photos",
    "photos.value", "profileUrl", "addresses", "addresses.formatted", "groups", "groups.value", "entitlements", "roles",
    "roles.value", "x509Certificates", "members", "members.value", "members.type", "members.display", "members.$ref",
    "manager", "manager.value", "employeeNumber", "value", "display", "type", "primary", "$ref", "op", "path",
    "Operations", "method", "bulkId", "data", "filter", "count", "startIndex", "sortBy", "sortOrder", "cursor",
    "attributes", "failOnErrors", "meta.created", "meta.lastModified",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName", "urn:ietf:params:scim:schemas:core:2.0:Group:members",
    "urn:x:y", "unknown", "a.b.c", "",
)  # fmt: skip


def one(random: Random, some: Sequence[T]) -> T:
    return some[random.randrange(len(some))]


def chance(random: Random, of: int) -> bool:
    """Once in so many times."""
    return random.randrange(of) == 0


def text(random: Random, ids: Sequence[str]) -> str:
    return one(random, ids) if ids and chance(random, 4) else one(random, TEXTS)


def value(random: Random, ids: Sequence[str], depth: int = 3) -> Any:
    """Any JSON value, of which most are plain."""
    kind = random.randrange(9 if depth else 6)
    if kind < 2:
        return text(random, ids)
    if kind < 6:
        return one(random, (None, True, False, one(random, NUMBERS), one(random, tuple(LITERALS)), [], {}))
    if kind == 6:
        return [value(random, ids, depth - 1) for _ in range(random.randrange(4))]
    return {one(random, NAMES): value(random, ids, depth - 1) for _ in range(random.randrange(5))}


def spoilt(random: Random, document: Any, ids: Sequence[str]) -> Any:
    """A message that was well-formed, with one thing in it that is not what belongs there."""
    if isinstance(document, dict) and document and not chance(random, 4):
        name = one(random, tuple(document))
        return document | {name: spoilt(random, document[name], ids)}
    if isinstance(document, list) and document and not chance(random, 4):
        place = random.randrange(len(document))
        return [*document[:place], spoilt(random, document[place], ids), *document[place + 1 :]]
    return value(random, ids)


def written(document: Any) -> bytes:
    content = json.dumps(document, allow_nan=True)
    for name, literal in LITERALS.items():
        content = content.replace(f'"{name}"', literal)
    return content.encode()


def broken(random: Random, content: bytes) -> bytes:
    """Bytes of which some are others than they were."""
    place = random.randrange(len(content) + 1)
    head, tail = content[:place], content[place:]
    return one(
        random,
        (
            head, tail, head + tail[1:], head + b"\x00" + tail, head + b"\xff\xfe" + tail, head + b"\xed\xa0\x80" + tail,
            head + b'"' + tail, head + b"\\u0000" + tail, head + b"{" + tail, head + b"}" + tail, head + head + tail,
            content + content, b"\xef\xbb\xbf" + content, content.decode("latin-1").encode("utf-16"),
            b"[" * 70 + content + b"]" * 70, b"[" * 100_000, b'{"a":' * 5_000 + content, b"",
            head + bytes([random.randrange(256)]) + tail[1:],
        ),
    )  # fmt: skip
