"""The dateTime of RFC 7643 section 2.3.5 (xsd:dateTime), as an instant."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_SHAPE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")


def parse_instant(text: str) -> datetime:
    """The instant, in UTC. Without a zone UTC is meant. ValueError when it is not a dateTime."""
    if not _SHAPE.fullmatch(text):
        raise ValueError("not a dateTime")
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a dateTime") from error


def format_instant(moment: datetime) -> str:
    """The canonical text: UTC, microseconds, `Z`. Texts of this form sort as the instants do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
