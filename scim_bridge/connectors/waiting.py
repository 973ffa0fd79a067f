"""How long a platform asks to be left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
"""Seconds after which a platform is asked again, however long it asked to be left alone: leavers wait."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The `retry-after` header in seconds from now, given as seconds or as a date (RFC 9110 section 10.2.3); None without one
    that can be read, or with a date that has passed."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return min(float(text), LONGEST)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    left = (until - datetime.now(UTC)).total_seconds()
    return min(left, LONGEST) if left > 0 else None
