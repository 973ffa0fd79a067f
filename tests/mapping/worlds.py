"""Small connector types and a way to write mapping files in tests. None of them reaches anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from textwrap import dedent
from typing import Any

from scim_bridge.access.connector import Capabilities, ConnectionKey, ConnectorType
from scim_bridge.access.person import Person
from scim_bridge.mapping.load import Loaded, load_files
from scim_bridge.mapping.model import PlatformRules

SANDBOX = Capabilities(
    account_roles=("user", "owner"),
    place_roles=("member", "admin"),
    administrative=frozenset({"owner", "admin"}),
    joining="invite",
    account_endings=("remove", "suspend", "keep"),
    default_ending="remove",
    personal_key_fates=("withdraw", "delete", "keep", "report"),
    shared_key_fates=("withdraw", "delete", "keep", "report"),
)
CLAUDE = Capabilities(
    account_roles=("user", "claude_code_user", "developer", "billing"),
    place_roles=("workspace_restricted_developer", "workspace_user", "workspace_developer", "workspace_admin"),
    administrative=frozenset({"workspace_admin"}),
    joining="invite",
    account_endings=("remove", "keep"),
    default_ending="remove",
    personal_key_fates=("withdraw", "keep", "report"),
    shared_key_fates=("withdraw", "keep", "report"),
    read_only_account_roles=("admin",),
)
WIDE = replace(
    SANDBOX,
    account_roles=("reader", "owner"),
    place_roles=("member", "owner"),
    administrative=frozenset({"owner"}),
    roles_per_place="several",
    custom_roles=True,
    groups_as_principals=True,
    account_endings=("remove", "keep"),
)
_HTTP = (ConnectionKey("admin_api_key", "secret", required=True), ConnectionKey("base_url", "text", default="https://x"))
_SANDBOX_KEYS = (
    ConnectionKey("path", "text", default="sandbox.db"),
    ConnectionKey("places", "list", default=()),
    ConnectionKey("invitations", "bool", default=True),
    ConnectionKey("accept", "choice", default="auto", choices=("auto", "manual")),
)


def _never(*_: Any) -> Any:
    raise AssertionError("mapping files are checked without making a connector")


TYPES = {
    "sandbox": ConnectorType(
        "sandbox", lambda c: SANDBOX if c["invitations"] else replace(SANDBOX, joining="create"), _SANDBOX_KEYS, _never
    ),
    "anthropic": ConnectorType("anthropic", lambda c: CLAUDE, _HTTP, _never),
    "wide": ConnectorType("wide", lambda c: WIDE, _HTTP, _never),
}
ENVIRONMENT = {"ADMIN_KEY": "sk-never-shown"}
HEAD = """\
version: 1
connector: sandbox
accounts:
  role: user
"""


def load(files: Mapping[str, str | bytes], environment: Mapping[str, str] | None = ENVIRONMENT) -> Loaded:
    """Load files as the bridge would, given as texts."""
    sources = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    return load_files(sources, TYPES, environment)


def written(rest: str, head: str = HEAD) -> str:
    """A file of the sandbox with this below its head (four lines)."""
    return head + dedent(rest)


def rules_of(rest: str, head: str = HEAD) -> PlatformRules:
    """The rules of one good file."""
    loaded = load({"lab.yaml": written(rest, head)})
    assert loaded.rules is not None, [str(error) for error in loaded.errors]
    return loaded.rules.platforms["lab"]


def problems(rest: str, head: str = HEAD) -> list[tuple[int, int, str]]:
    """Line, column and code of every error in one file."""
    return [(each.line, each.column, each.code) for each in load({"lab.yaml": written(rest, head)}).errors]


def messages(rest: str, head: str = HEAD) -> list[str]:
    return [each.message for each in load({"lab.yaml": written(rest, head)}).errors]


def person(*groups: str, source: str = "default", active: bool = True, **attributes: Any) -> Person:
    name = attributes.setdefault("userName", "ada@example.com")
    return Person("1", source, name, active, attributes, frozenset(groups))
