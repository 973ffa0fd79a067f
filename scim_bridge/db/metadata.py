"""The one `MetaData`, its naming convention and the column type for instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def words(length: int) -> TypeEngine[str]:
    """Text of about `length` characters, compared and ordered by code points on every database.

    The bridge itself says what is too long, where it matters. SQLite has no limit of its own, so PostgreSQL gets none: what a
    platform calls its keys must not stop the hand on one of them. Indexed text stays short (an index row there: 2,700 bytes).
    """
    return String(length).with_variant(String(collation="C"), "postgresql")


class UtcTime(TypeDecorator[datetime]):
    """An aware instant, kept as whole microseconds since 1970 UTC: the same order and value on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        span = value.astimezone(UTC) - _EPOCH
        return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromtimestamp(value // 1_000_000, tz=UTC).replace(microsecond=value % 1_000_000)


def utc_now() -> datetime:
    """The wall clock, aware, in UTC."""
    return datetime.now(UTC)
