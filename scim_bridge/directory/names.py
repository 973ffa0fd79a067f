"""Names that are columns and keys: userName, a group's displayName, externalId. What fits, and what is the same."""

from __future__ import annotations

import json

from scim_bridge.directory.tables import NAME_LENGTH
from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.fold import fold


def key_of(attribute: str, text: str) -> str:
    """The folded form under which a name is unique. InvalidValue when it is longer than the directory keeps."""
    checked(attribute, text)
    return checked(attribute, fold(text))


def checked(attribute: str, text: str) -> str:
    """The text, unless it is too long to be indexed."""
    if len(text) > NAME_LENGTH:
        raise InvalidValue(f"{attribute} is longer than {NAME_LENGTH} characters.")
    return text


def filter_for(attribute: str, text: str) -> str:
    """The filter that finds who has this name."""
    return f"{attribute} eq {json.dumps(text, ensure_ascii=False)}"
