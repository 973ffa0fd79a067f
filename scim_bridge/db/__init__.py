"""The database: engine, transactions, metadata. Every table of the bridge hangs on `metadata`."""

from sqlalchemy import Connection

from scim_bridge.db.engine import Database
from scim_bridge.db.metadata import UtcTime, metadata, utc_now, words

__all__ = ["Connection", "Database", "UtcTime", "metadata", "utc_now", "words"]
