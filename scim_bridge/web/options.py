"""How the door behaves, as data."""

from __future__ import annotations

from dataclasses import dataclass

ROOT = "/scim"
"""Nothing at or below this is answered without a token."""
PREFIX = f"{ROOT}/v2"
"""Where SCIM is. No underscore in it: Okta refuses one."""


@dataclass(frozen=True)
class Options:
    accept_bare_token: bool = False
    """Take an `Authorization` header that is the token and nothing else (Okta's template "Header Auth" app)."""
    trust_proxy: bool = False
    """Believe `X-Forwarded-Proto`, `-Host` and `-Prefix` of one proxy in front. Without one, anybody could send them."""
    max_body_bytes: int = 5_000_000
    rate_limit: float = 0.0
    """Requests a second for each source and web process, with as many at once as a minute gives; 0: no limit."""
    attempt_limit: float = 0.0
    """The same for requests without a valid token, for each address they come from."""
    page_members: int = 50_000
    """A page of groups with more people than this, all together, shows no members; each group by itself does, and so does
    `attributes=members`."""
