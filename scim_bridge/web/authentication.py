"""Who is asking: a token in the `Authorization` header, which belongs to one source."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from scim_bridge.db import Database
from scim_bridge.directory import tokens
from scim_bridge.directory.tokens import Credential
from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.scim.errors import Unauthorized

CHALLENGE = 'Bearer realm="scim"'
_LONGEST_HEADER = 4096

Tried = dict[int, datetime]
"""When this process last tried to note the use of a token, by the token's id."""


def authenticate(database: Database, header: str | None, *, bare: bool, now: datetime, tried: Tried) -> Credential:
    """Whose request this is. Unauthorized, always with the same words, for whatever is not a valid token."""
    presented = _token(header or "", bare=bare)
    credential = None
    if presented:
        with database.reading() as connection:
            credential = tokens.authenticate(connection, presented, now=now)
    if credential is None:
        raise Unauthorized("A valid token is needed. Send it as 'Authorization: Bearer' followed by the token.")
    _touch(database, credential, now, tried)
    return credential


def _token(header: str, *, bare: bool) -> str:
    scheme, _, rest = header.strip().partition(" ")
    if len(header) > _LONGEST_HEADER:
        return ""
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        return _password(rest.strip())
    return scheme if bare and not rest else ""


def _password(encoded: str) -> str:
    """Okta's Basic mode: any user name, the token as the password."""
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _touch(database: Database, credential: Credential, now: datetime, tried: Tried) -> None:
    """Note the use, at most once a minute, apart from the push. It is only for people to read: failing costs nothing.

    It is tried as seldom as it is done: while somebody holds the database, each try waits, and a read would wait with it.
    """
    last = tried.get(credential.token_id)
    if not credential.wants_touch(now) or (last is not None and now - last < tokens.LAST_USED_EVERY):
        return
    tried[credential.token_id] = now
    try:
        database.write(lambda connection: tokens.touch(connection, credential.token_id, now=now))
    except DatabaseUnavailable:
        return
