"""Sets of mapping files as revisions in the database: one for every process, and a restart keeps the last good one.

Nothing secret is stored: files hold `${NAME}`, never a value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from stat import S_ISREG

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from scim_bridge.db.statements import alone
from scim_bridge.errors import BridgeError
from scim_bridge.mapping.load import mapping_files
from scim_bridge.mapping.model import RuleSet
from scim_bridge.mapping.nodes import MAX_BYTES
from scim_bridge.mapping.problems import Problem
from scim_bridge.mapping.tables import mapping_file, mapping_platform, mapping_problem, mapping_revision

_ATTEMPTS = 5
_READ = (".yaml", ".yml")


class FolderUnreadable(BridgeError):
    """The folder of mapping files, or a file in it, could not be read. What is in force stays so."""


@dataclass(frozen=True)
class Revision:
    """A set that was taken up. `files` are its bytes, tests not included; `digest` is `digest_of(files)`."""

    id: int
    digest: str
    taken_at: datetime
    files: Mapping[str, bytes]


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and bytes of a set's mapping files, in hex. Tests and `.yml` files do not count."""
    whole = hashlib.sha256()
    for name, content in mapping_files(files).items():
        for part in (name.encode("utf-8", "surrogateescape"), content):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def current(connection: Connection) -> Revision | None:
    """The revision in force, None before the first."""
    newest = select(mapping_revision).order_by(mapping_revision.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else Revision(row.id, row.digest, row.taken_at, _files(connection, row.id))


def current_id(connection: Connection) -> int | None:
    """The id of the revision in force: one cheap look, to see whether what was compiled is still right."""
    newest: int | None = connection.execute(select(func.max(mapping_revision.c.id))).scalar_one()
    return newest


def revision(connection: Connection, revision_id: int) -> Revision | None:
    """Any revision that ever was in force."""
    row = connection.execute(select(mapping_revision).where(mapping_revision.c.id == revision_id)).one_or_none()
    return None if row is None else Revision(row.id, row.digest, row.taken_at, _files(connection, row.id))


def _files(connection: Connection, revision_id: int) -> dict[str, bytes]:
    query = select(mapping_file).where(mapping_file.c.revision_id == revision_id).order_by(mapping_file.c.name)
    return {row.name: bytes(row.content) for row in connection.execute(query)}


def store(connection: Connection, files: Mapping[str, bytes], rules: RuleSet, *, now: datetime) -> Revision:
    """Take up a set that loaded without errors. The same bytes as are in force make no new revision."""
    digest, kept = digest_of(files), mapping_files(files)
    alone(connection, "take up")
    newest = current(connection)
    if newest is not None and newest.digest == digest:
        return newest
    made = connection.execute(insert(mapping_revision).values(digest=digest, taken_at=now))
    number = int(made.inserted_primary_key[0])  # type: ignore[index]
    contents = [{"revision_id": number, "name": name, "content": content} for name, content in kept.items()]
    speaks_of = [
        {"revision_id": number, "source": source, "platform": platform.name, "to_groups": platform.gives_to_groups}
        for platform in rules.platforms.values()
        for source in platform.sources
    ]
    for table, rows in ((mapping_file, contents), (mapping_platform, speaks_of)):
        if rows:
            connection.execute(insert(table), rows)
    return Revision(number, digest, now, kept)


_SPEAKING = select(mapping_platform.c.platform).where(
    mapping_platform.c.revision_id == select(func.max(mapping_revision.c.id)).scalar_subquery(),
    mapping_platform.c.source == bindparam("of_source"),
)
_SPEAKING_OF_GROUPS = _SPEAKING.where(mapping_platform.c.to_groups)
"""Made once: every push asks."""


def platforms_of(connection: Connection, source: str, *, to_groups: bool = False) -> tuple[str, ...]:
    """The platforms of the revision in force that speak of this source, by name. `to_groups`: only those that give roles to
    groups as such. One statement."""
    query = _SPEAKING_OF_GROUPS if to_groups else _SPEAKING
    return tuple(sorted(connection.scalars(query, {"of_source": source})))


def note_problems(connection: Connection, problems: Sequence[Problem], now: datetime) -> None:
    """Keep what is wrong with the newest files, in place of what was. The same problems keep their time."""
    alone(connection, "take up")
    if tuple(problems) == newest_problems(connection):
        return
    connection.execute(delete(mapping_problem))
    rows = [
        {"position": position, "noted_at": now, "file": each.file, "line": each.line, "column": each.column,
         "code": each.code, "message": each.message}
        for position, each in enumerate(problems)
    ]  # fmt: skip
    if rows:
        connection.execute(insert(mapping_problem), rows)


def newest_problems(connection: Connection) -> tuple[Problem, ...]:
    """What is wrong with the newest files; empty when they are in force."""
    rows = connection.execute(select(mapping_problem).order_by(mapping_problem.c.position))
    return tuple(Problem(row.file, row.line, row.column, row.code, row.message) for row in rows)


def read_folder(path: Path) -> dict[str, bytes]:
    """Every file directly in the folder that ends in `.yaml` (tests too) or `.yml`, whole. Hidden ones are left out.

    A file that changes while it is read is read again. Raises `FolderUnreadable`, which says which file and why.
    """
    try:
        names = sorted(each.name for each in path.iterdir() if each.name.endswith(_READ) and each.name[0] != ".")
        return {name: _whole(path / name) for name in names if S_ISREG((path / name).stat().st_mode)}
    except OSError as error:
        where = error.filename or path
        raise FolderUnreadable(f"The mapping files cannot be read: {where}: {error.strerror}.") from error


def _whole(path: Path) -> bytes:
    for _ in range(_ATTEMPTS):
        before = path.stat()
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        after = path.stat()
        if (before.st_ino, before.st_mtime_ns, before.st_size) == (after.st_ino, after.st_mtime_ns, after.st_size):
            return content
    raise FolderUnreadable(f"The mapping file {path} is being written to. It is read again in a moment.")


def newest_with(connection: Connection, platform: str) -> Revision | None:
    """The newest revision that had a file for this platform: what a retired one is reached by."""
    query = select(func.max(mapping_platform.c.revision_id)).where(mapping_platform.c.platform == platform)
    found = connection.scalar(query)
    return revision(connection, found) if found is not None else None
