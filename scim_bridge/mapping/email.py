"""Which e-mail address a person has for a platform (`accounts.email`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from scim_bridge.access.person import Person


def email_of(person: Person, choice: Literal["primary", "work", "userName"]) -> str | None:
    """The address, or None when there is none to use.

    `primary`: the primary one, else the work one, else the only one, else the userName. A userName that is no
    address is none: no platform could invite it.
    """
    if choice == "userName":
        return _address(person.user_name)
    entries = _entries(person.attributes)
    work = _work(entries)
    if choice == "work":
        return work
    primary = [address for address, entry in entries if entry.get("primary") is True]
    only = entries[0][0] if len(entries) == 1 else None
    return next(iter(primary), None) or work or only or _address(person.user_name)


def _work(entries: list[tuple[str, Mapping[str, Any]]]) -> str | None:
    """The work address; of several the one marked primary, else the first."""
    work = [(address, entry) for address, entry in entries if str(entry.get("type", "")).casefold() == "work"]
    work.sort(key=lambda pair: pair[1].get("primary") is not True)
    return work[0][0] if work else None


def _entries(attributes: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    emails = attributes.get("emails")
    entries = [entry for entry in emails if isinstance(entry, Mapping)] if isinstance(emails, list) else []
    found = [(_address(entry.get("value")), entry) for entry in entries]
    return [(address, entry) for address, entry in found if address is not None]


def _address(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    name, at, domain = text.rpartition("@")
    return text if name and at and domain and not any(letter.isspace() for letter in text) else None
