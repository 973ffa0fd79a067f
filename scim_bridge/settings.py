"""One frozen `Settings`; the only reader of the environment.

Every name begins with `SCIM_BRIDGE_`. A name of that kind that does not exist, or a value that is malformed, stops the start with
a sentence. `.env` in the working directory is read first; the environment wins over it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from scim_bridge.errors import SettingsError

PREFIX = "SCIM_BRIDGE_"


def _text(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _switch(value: str) -> bool:
    if value.lower() in {"true", "1", "yes", "on"}:
        return True
    if value.lower() in {"false", "0", "no", "off"}:
        return False
    raise ValueError("is true or false")


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]+", value) or not least <= int(value) <= most:
            raise ValueError(f"is a whole number from {least} to {most}")
        return int(value)

    return read


def _one_of(*names: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in names:
            raise ValueError(f"is one of {', '.join(names)}")
        return value.lower()

    return read


def _credential(value: str) -> str:
    """A token as it goes into a header. A file's line end at its end is no part of it."""
    value = _text(value.strip())
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("holds a blank, a line end or another character that no token has")
    return value


def _token(value: str) -> str:
    if len(value) < 32:
        raise ValueError("has at least 32 characters (make one with: openssl rand -hex 32)")
    return value


def _bind(value: str) -> str:
    if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5}", value):
        raise ValueError("is HOST:PORT")
    return value


def _https(value: str) -> str:
    if not value.startswith("https://"):
        raise ValueError("begins with https://")
    return value.rstrip("/")


def _setting(default: Any, read: Callable[[str], Any], meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"read": read, "meaning": meaning, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What the environment says. Secrets do not show in its `repr`."""

    database_url: str = _setting("sqlite:///var/scim-bridge.db", _text, "SQLAlchemy URL of the database", secret=True)
    mappings: str = _setting("mappings", _text, "folder of mapping files")
    bind: str = _setting("127.0.0.1:8080", _bind, "address of the web server")
    web_workers: int = _setting(2, _whole(1, 64), "gunicorn workers")
    bootstrap_token: str | None = _setting(
        None, _token, "while no token exists it becomes the token of source `default`", secret=True
    )
    log_level: str = _setting("info", _one_of("debug", "info", "warning", "error"), "least level that is logged")
    log_format: str | None = _setting(None, _one_of("text", "json"), "`text` on a terminal, else `json`")
    accept_bare_token: bool = _setting(
        False, _switch, "accept `Authorization: TOKEN` without a scheme (Okta's Header Auth template)"
    )
    trust_proxy: bool = _setting(False, _switch, "believe X-Forwarded-Proto and -Host of the proxy in front")
    max_body_bytes: int = _setting(5_000_000, _whole(1_000, 100_000_000), "largest request body")
    rate_limit: int = _setting(0, _whole(0, 100_000), "requests a second for each source and process, 0 for no limit")
    attempt_limit: int = _setting(
        5, _whole(0, 100_000), "requests a second without a valid token, for each address and process, 0 for no limit"
    )
    invitation_poll: int = _setting(60, _whole(1, 86_400), "seconds between looks for accepted invitations")
    sweep_interval: int = _setting(3600, _whole(10, 604_800), "seconds between looks at everybody who holds something")
    okta_org_url: str | None = _setting(None, _https, "Okta organization, https://example.okta.com")
    okta_token: str | None = _setting(None, _credential, "Okta API token (SSWS)", secret=True)
    okta_client_id: str | None = _setting(None, _text, "client id of an Okta service app, instead of a token")
    okta_private_key: str | None = _setting(None, _text, "its private key, PEM or JWK", secret=True)
    okta_app_id: str | None = _setting(None, _text, "id of the provisioning app in Okta (0oa...)")
    okta_key_id: str | None = _setting(None, _text, "id of that key in Okta (kid), where it is not in the JWK")
    okta_dpop: bool = _setting(False, _switch, "prove possession of the key (DPoP), as Okta's new service apps require")
    okta_ca_file: str | None = _setting(None, _text, "certificate authorities to trust for Okta, beside the system's")
    okta_source: str = _setting("default", _text, "the bridge's source that stands for this Okta organization")

    @property
    def host(self) -> str:
        return self.bind.rpartition(":")[0]

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])


def read_settings(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """The settings, or a `SettingsError` that names every setting that is wrong and never shows a value."""
    given = _given(environment, folder)
    names = {PREFIX + each.name.upper(): each for each in fields(Settings)}
    problems = [_unknown(name, names) for name in sorted(given) if name.startswith(PREFIX) and name not in names]
    values: dict[str, Any] = {}
    for name, each in names.items():
        if name in given:
            try:
                values[each.name] = each.metadata["read"](given[name])
            except ValueError as error:
                problems.append(f"{name} {error}.")
    if problems:
        raise SettingsError(" ".join(problems))
    return Settings(**values)


def environment_variables(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> dict[str, str]:
    """All variables, for `${NAME}` in mapping files: `.env` first, the environment over it."""
    return _given(environment, folder)


def _given(environment: Mapping[str, str] | None, folder: Path | None) -> dict[str, str]:
    file = dotenv_values((folder or Path.cwd()) / ".env", interpolate=False)
    given = {name: value for name, value in file.items() if value is not None}
    return given | dict(os.environ if environment is None else environment)


def _unknown(name: str, names: Mapping[str, Any]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ".")
