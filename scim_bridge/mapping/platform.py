"""What a file says beside its rules, against what the connector can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.policy import Brake
from scim_bridge.mapping.problems import did_you_mean, listed
from scim_bridge.mapping.spot import Spot

ALWAYS_POSSIBLE = ("keep", "report")


def check_policies(top: Spot, can: Capabilities) -> None:
    """`accounts`, `offboarding` and `moving` against the connector."""
    _account_role(top["accounts"]["role"], can)
    leaving = top["offboarding"]
    _possible(leaving["account"], can.account_endings, "leaving accounts")
    _possible(leaving["keys"]["personal"], (*can.personal_key_fates, *ALWAYS_POSSIBLE), "personal keys")
    _possible(leaving["keys"]["shared"], (*can.shared_key_fates, *ALWAYS_POSSIBLE), "shared keys")
    _possible(top["moving"]["keys"], (*can.personal_key_fates, *ALWAYS_POSSIBLE), "personal keys")


def check_exceptions(spot: Spot) -> None:
    """A key stands once under `keep`: of two entries, one would count for nothing."""
    seen: dict[str, int] = {}
    for item in spot.items():
        key = item["id"].text
        if key is None:
            continue
        if key.strip() in seen:
            item["id"].error("bad_value", f'The key "{key.strip()}" stands twice in this list, first in line {seen[key.strip()]}.')
        seen.setdefault(key.strip(), item["id"].line)


def _account_role(spot: Spot, can: Capabilities) -> None:
    role = spot.text
    if role is None:
        return
    check_role(spot, role, can, can.account_roles)
    if role in can.administrative and role in can.account_roles:
        message = (
            f'"{role}" is administrative: everybody with any access would be an administrator.'
            " Raise single groups instead, with a grant of `account` and allow_admin: true."
        )
        spot.error("admin_not_allowed", message)


def check_role(spot: Spot, role: str, can: Capabilities, known: Sequence[str]) -> None:
    """A role that the connector does not know, or that no API call can give."""
    if role in known:
        return
    if known is can.account_roles and role in can.read_only_account_roles:
        spot.error("role_not_givable", f'The platform lets nobody give "{role}" by API. It gives {listed(known)}.')
    elif not can.custom_roles:
        elsewhere = can.place_roles if known is can.account_roles else can.account_roles
        what = "an account" if known is can.account_roles else "a place"
        hint = did_you_mean(role, known) or f" {'Roles there' if role in elsewhere else 'Known'}: {', '.join(known)}."
        spot.error("unknown_role", f'"{role}" is not a role of {what} here.{hint}')


def _possible(spot: Spot, can: Iterable[str], what: str) -> None:
    possible = tuple(dict.fromkeys(can))
    if spot.text is not None and spot.text not in possible and spot.text in _POLICY_WORDS:
        spot.error("policy_not_possible", f'This connector cannot "{spot.text}" {what}. It can {listed(possible)}.')


_POLICY_WORDS = frozenset({"remove", "suspend", "keep", "withdraw", "delete", "report"})


def check_brake(spot: Spot) -> None:
    """A limit below `floor` is never reached: up to the floor nothing is held."""
    floor, number = spot["floor"].value, spot["number"].value
    floor = floor if type(floor) is int else Brake().floor
    if type(number) is int and number < floor:
        message = f"Up to `floor` ({floor}) nothing is held, so that {number} is never the limit."
        spot["number"].warn("limit_without_effect", message)


def check_sources(spot: Spot) -> tuple[str, ...]:
    """The sources the file speaks of: `default` where it names none."""
    names: list[str] = []
    for item in spot.items():
        if item.text in names:
            item.error("bad_value", f'"{item.text}" stands twice in this list.')
        elif item.text is not None:
            names.append(item.text)
    return tuple(names) if names else ("default",)


def check_places(spot: Spot) -> None:
    """Each alias has an id or a name, and not both; two aliases of one place are most likely a slip."""
    seen: dict[tuple[str, str], str] = {}
    for alias, place in spot.entries():
        if not isinstance(place.value, dict):
            continue
        if alias == "*" or not alias.strip() or "{" in alias:
            place.error("bad_value", "An alias is a name: not blank, not *, without braces.", at_key=True)
        given = [(key, place[key].text or "") for key in ("id", "name") if key in place]
        if len(given) != 1:
            place.error("bad_value", "Give either the place's id or its name.", at_key=not given)
        elif given[0] in seen:
            message = f'"{seen[given[0]]}" is the same place. Both count as one, under that alias.'
            place.warn("duplicate_place", message, at_key=True)
        else:
            seen[given[0]] = alias
