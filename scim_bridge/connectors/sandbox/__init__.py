"""The sandbox: a small platform of our own in one SQLite file, to try the bridge without an account anywhere.

See docs/connectors/sandbox.md. `SANDBOX` is the connector, `SandboxStore` the hands of the people on the platform.
"""

from scim_bridge.connectors.sandbox.connector import SANDBOX, SandboxConnector, sandbox_path, sandbox_places
from scim_bridge.connectors.sandbox.store import SandboxStore

__all__ = ["SANDBOX", "SandboxConnector", "SandboxStore", "sandbox_path", "sandbox_places"]
