"""The brake: how much may be taken away before a named human is asked, and what would be taken, by the books alone.

What a person would lose is foretold from the ledger and the rules, without asking the platform, so that everything that is
due can be counted before the first of it is carried out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from scim_bridge.access.case import Case
from scim_bridge.access.change import LOSSES, Change
from scim_bridge.access.policy import Brake
from scim_bridge.access.standing import Standing, Wanted

Category = Literal["people", "drops", "keys", "gains"]

WORDS: Mapping[str, str] = {
    "people": "would lose something",
    "drops": "would get a weaker role",
    "keys": "would lose keys",
    "gains": "would gain access",
}


@dataclass(frozen=True)
class Foretold:
    """What one person would lose, and (`gains`) what they are to have. Items: `account`, `place:ID:ROLE`, `keys`, `weaker:ID`."""

    people: frozenset[str] = frozenset()
    drops: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    gains: frozenset[str] = frozenset()
    leaving: bool = False
    unresolved: bool = False
    """Something more is wanted that the platform has no place for."""
    causes: tuple[str, ...] = ()
    weight: int = 1
    """How many people lose with it: for a group that is a principal, those who are in it."""

    def of(self, category: str) -> frozenset[str]:
        found: frozenset[str] = getattr(self, category)
        return found


def foretell(case: Case) -> Foretold:
    """The losses of one person by the ledger and the wish; the observation in the case is not looked at."""
    standing, wanted, own = case.standing, case.wanted, case.standing.account
    email, account_id = (own.email, own.account_id) if own is not None else (wanted.email, None)
    if case.policy.protects(email, account_id):
        return Foretold(gains=wanted_items(wanted), leaving=wanted.leaving, unresolved=bool(wanted.unresolved))
    lost = _lost_places(case)
    people = {f"place:{each[0]}:{each[1]}" for each in lost}
    if _account_goes(case):
        people.add("account")
    ends = wanted.leaving or wanted.account_role is None
    keys = frozenset({"keys"}) if ends and standing.keys and _keys_go(case) else frozenset()
    return Foretold(
        gains=wanted_items(wanted),
        people=frozenset(people),
        drops=frozenset(_drops(case)),
        keys=keys,
        leaving=wanted.leaving,
        unresolved=bool(wanted.unresolved),
        causes=_causes(standing, wanted, people),
    )


def wanted_items(wanted: Wanted) -> frozenset[str]:
    """Everything that is wanted, as `gain_item` spells it."""
    items = {gain_item(each.place, each.role) for each in wanted.places}
    return frozenset(items | ({gain_item(None, wanted.account_role)} if wanted.account_role is not None else set()))


def gain_item(place: str | None, role: str | None) -> str:
    """How a gain is spelled in a hold: by the mapping file's names, since the platform is not asked."""
    return f"gain:{place or 'account'}:{role}"


def _account_goes(case: Case) -> bool:
    """Whether the account, or the invitation to one, would be taken: by the policy, and only while there is one."""
    own, wanted, policy = case.standing.account, case.wanted, case.policy.offboarding
    if case.kind == "group":
        return False  # it is never deleted
    if own is None or not (wanted.leaving or wanted.account_role is None):
        return False
    if own.state == "invited":
        return policy.invitations == "cancel" or not wanted.leaving
    ends = {"remove": {"active", "suspended"}, "suspend": {"active"}, "keep": set[str]()}
    return own.state in ends[policy.account]


def _keys_go(case: Case) -> bool:
    return case.policy.offboarding.personal_keys in {"withdraw", "delete"}


def _lost_places(case: Case) -> list[tuple[str, str]]:
    wanted = {(each.place_id, each.role) for each in case.wanted.places}
    kept_places = {each.place_id for each in case.wanted.places if case.capabilities.exclusive(each.role)}
    exclusive = case.capabilities.exclusive
    held = [each for each in case.standing.holdings if each.state == "held" and each.provenance != "found"]
    return [
        (each.place_id, each.role)
        for each in held
        if (each.place_id not in kept_places if exclusive(each.role) else (each.place_id, each.role) not in wanted)
    ]


def _drops(case: Case) -> set[str]:
    exclusive = case.capabilities.exclusive
    roles = {each.place_id: each.role for each in case.wanted.places if exclusive(each.role)}
    weaker = {
        f"weaker:{each.place_id}"
        for each in case.standing.holdings
        if each.state == "held"
        and each.place_id in roles
        and exclusive(each.role)
        and case.rank(roles[each.place_id], place=True) < case.rank(each.role, place=True)
    }
    account, role = case.standing.account, case.wanted.account_role
    ours = account is not None and account.state == "active" and account.role_ours
    if account is not None and ours and role is not None:
        weaker |= {"weaker:account"} if case.rank(role, place=False) < case.rank(account.role, place=False) else set()
    return weaker


def _causes(standing: Standing, wanted: Wanted, lost: set[str]) -> tuple[str, ...]:
    if wanted.leaving:
        return ("no longer active",)
    groups = {
        f'no longer given by group "{reason.group}" (rule "{reason.rule}")'
        if reason.group
        else f'no longer given by rule "{reason.rule}"'
        for each in standing.holdings
        if f"place:{each.place_id}:{each.role}" in lost
        for reason in each.reasons
    }
    return tuple(sorted(groups))


def limit(brake: Brake, holders: int) -> int:
    """How many people may lose something within the window: never fewer than the floor."""
    return max(brake.floor, min(int(brake.share * holders), brake.number))


def exceeded(brake: Brake, *, losing: int, holders: int) -> bool:
    """Whether that many losing is held, of that many who hold something here."""
    return losing > limit(brake, holders)


def cause_sentence(
    platform: str, category: str, *, count: int, allowed: int, holders: int, causes: Iterable[str]
) -> str:
    """One sentence for the alarm: how many, against what, and the top three causes."""
    top = "; ".join(f"{number} {cause}" for cause, number in Counter(causes).most_common(3))
    tail = f": {top}" if top else ""
    return f"{platform}: {so_many_people(count)} {WORDS[category]}, more than {allowed} of {holders}{tail}"


def so_many_people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def item_of(change: Change) -> tuple[Category, str] | None:
    """The category and item of a change, spelled as `foretell` spells it; None for what only gives."""
    if change.kind == "withdraw_key":
        return "keys", "keys"
    if change.kind == "revoke":
        return "people", f"place:{change.place_id}:{change.role}"
    if change.kind in LOSSES:
        return "people", "account"
    if change.kind == "change_role" and change.drop:
        return "drops", f"weaker:{change.place_id or 'account'}"
    return None
