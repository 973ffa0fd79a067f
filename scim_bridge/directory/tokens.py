"""Bearer tokens: made once, shown once, kept as a hash. Each belongs to one source."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, bindparam, insert, or_, select, update

from scim_bridge.audit.records import Entry, record
from scim_bridge.db.statements import alone
from scim_bridge.directory import sources
from scim_bridge.directory.tables import Row, source, token
from scim_bridge.errors import NotFoundError, UsageError

SHORTEST = 32
"""Characters. A token that long, made at random, needs no slow hash."""
LAST_USED_EVERY = timedelta(minutes=1)
_LONGEST = 512
_HINT = 4


@dataclass(frozen=True)
class Token:
    """A token as a list shows it: never the token itself."""

    id: int
    source: str
    name: str
    hint: str
    """Its last four characters."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True)
class Credential:
    """What a presented token proved."""

    token_id: int
    token_name: str
    source_id: int
    source: str
    last_used_at: datetime | None

    def wants_touch(self, now: datetime) -> bool:
        return self.last_used_at is None or now - self.last_used_at >= LAST_USED_EVERY


def create(
    connection: Connection,
    source_name: str,
    *,
    name: str,
    initiator: str,
    now: datetime,
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> tuple[Token, str]:
    """A new token of the source, and its text, which nobody can read again. `secret` brings a text of one's own."""
    owner = sources.find(connection, source_name)
    text = secret if secret is not None else secrets.token_urlsafe(SHORTEST)
    if not SHORTEST <= len(text) <= _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise UsageError(f"A token has {SHORTEST} to {_LONGEST} printable ASCII characters and no blank.")
    values = {"source_id": owner.id, "hash": _hash(text), "hint": text[-_HINT:], "name": name}
    row = connection.execute(
        insert(token).values(**values, created_at=now, expires_at=expires_at).returning(token.c.id)
    ).one()
    _note(connection, "token.created", row.id, owner.name, initiator, now)
    return _find(connection, row.id), text


def list_all(connection: Connection, source_name: str | None = None) -> list[Token]:
    """Tokens in the order they were made, revoked ones included; of one source, or of all."""
    wanted = _tokens() if source_name is None else _tokens().where(source.c.name == source_name)
    return [_token(row) for row in connection.execute(wanted)]


def revoke(connection: Connection, token_id: int, *, initiator: str, now: datetime) -> Token:
    """From now on this token opens nothing. Doing it twice is harmless; an unknown id is `NotFoundError`."""
    found = _find(connection, token_id)
    if found.revoked_at is None:
        connection.execute(update(token).where(token.c.id == token_id).values(revoked_at=now))
        _note(connection, "token.revoked", token_id, found.source, initiator, now)
    return _find(connection, token_id)


def authenticate(connection: Connection, presented: str, *, now: datetime) -> Credential | None:
    """Whose token this is; None when it is unknown, expired, revoked, or its source is disabled."""
    digest = _hash(presented)
    row = connection.execute(_BY_HASH, {"digest": digest}).first()
    # Looked up by its hash, so timing tells nothing of the token; compared again so as not to hang on the index.
    if row is None or not hmac.compare_digest(row.hash, digest):
        return None
    if row.disabled_at is not None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    return Credential(row.id, row.name, row.source_id, row.source, row.last_used_at)


_BY_HASH = select(token, source.c.name.label("source"), source.c.disabled_at).join(source).where(token.c.hash == bindparam("digest"))
"""Made once: it is asked with every request."""


def touch(connection: Connection, token_id: int, *, now: datetime) -> None:
    """Note that the token was used; at most once in `LAST_USED_EVERY`, and never in a push's transaction."""
    stale = or_(token.c.last_used_at.is_(None), token.c.last_used_at <= now - LAST_USED_EVERY)
    connection.execute(update(token).where(token.c.id == token_id, stale).values(last_used_at=now))


def bootstrap(connection: Connection, secret: str, *, now: datetime) -> bool:
    """While no token exists: make `secret` the token of source `default`, which is added where it is missing.

    Returns whether that happened. Tokens that were revoked exist, so this never opens a door that somebody shut.
    """
    alone(connection, "bootstrap")
    if connection.execute(select(token.c.id).limit(1)).first() is not None:
        return False
    if sources.DEFAULT not in {known.name for known in sources.list_all(connection)}:
        sources.add(connection, sources.DEFAULT, kind="other", initiator="bootstrap", now=now)
    create(connection, sources.DEFAULT, name="bootstrap", initiator="bootstrap", now=now, secret=secret)
    return True


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _tokens() -> Select[tuple[Row]]:
    return select(token, source.c.name.label("source")).join(source).order_by(token.c.id)


def _find(connection: Connection, token_id: int) -> Token:
    row = connection.execute(_tokens().where(token.c.id == token_id)).first()
    if row is None:
        raise NotFoundError(f"There is no token {token_id}.")
    return _token(row)


def _token(row: Row) -> Token:
    instants = (row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
    return Token(row.id, row.source, row.name, row.hint, *instants)


def _note(connection: Connection, action: str, token_id: int, source_name: str, initiator: str, now: datetime) -> None:
    entry = Entry(action, f"token {token_id}", subject_kind="token", initiator=initiator, source=source_name)
    record(connection, [entry], now=now)
