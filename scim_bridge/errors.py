"""The root of every error the bridge raises on purpose."""


class BridgeError(Exception):
    """Something a person can act on. The text is a sentence for that person and never holds a secret."""


class SettingsError(BridgeError):
    """A setting is missing or malformed; the process does not start."""


class UsageError(BridgeError):
    """A command was given something that cannot be done; nothing was changed."""


class NotFoundError(BridgeError):
    """What was named does not exist here."""


class DatabaseUnavailable(BridgeError):
    """The database did not answer or stayed locked. Nothing was written; trying again is safe."""
