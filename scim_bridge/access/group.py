"""A group as one principal: made or linked by its name, given roles in places, and left empty of them when nobody wants them.

A group is never deleted at the platform and never renamed there: what else hangs on it is not for the bridge to know. Who is
in it follows person by person (`observed.GROUP`).
"""

from __future__ import annotations

from dataclasses import replace

from scim_bridge.access.case import Case
from scim_bridge.access.observed import GROUP_ROLE, Account, Group
from scim_bridge.access.places import compare_places
from scim_bridge.access.policy import Policy
from scim_bridge.access.verdict import Verdict
from scim_bridge.access.whose import Whose

NATIVE_ROLE = "native"
"""In place of `GROUP_ROLE` in the ledger: the platform's own SCIM keeps the members, the bridge puts nobody in."""


def as_account(group: Group) -> Account:
    """The group where an account would stand: `role` says who keeps its members."""
    role = GROUP_ROLE if group.native is None else NATIVE_ROLE
    return Account(group.id, group.name, role, untouchable=group.untouchable)


def linking(policy: Policy) -> Policy:
    """A group of exactly the wanted name is linked, whatever the file says of people's accounts."""
    return replace(policy, accounts=replace(policy.accounts, existing="adopt"))


def diff_group(case: Case, whose: Whose) -> Verdict:
    """The verdict about a group. Without anything wanted, what the bridge gave it goes and the ledger forgets it."""
    wanted, own = case.wanted, whose.own
    held = tuple((each.place_id, each.role) for each in case.standing.holdings if each.state == "held")
    if own is None or whose.seen is None:
        return _absent(case, whose, held)
    tally = compare_places(case, whose)
    own = replace(own, role=whose.seen.role, reasons=wanted.account_reasons)
    idle = wanted.account_role is None and not tally.changes and not wanted.unresolved
    return Verdict(
        changes=tuple(tally.changes),
        account=None if idle else own,
        holdings=tuple(tally.holdings),
        forgotten=tuple(tally.forgotten),
        adopted=whose.adopted,
        by_hand=tuple(tally.by_hand),
        obstacles=wanted.unresolved,
        unmanaged=tuple(tally.unmanaged),
    )


def _absent(case: Case, whose: Whose, held: tuple[tuple[str, str], ...]) -> Verdict:
    """There is no such group: never made, or taken away by hand."""
    wanted = case.wanted
    if wanted.account_role is None:
        return Verdict(forgotten=held, obstacles=wanted.unresolved)
    if whose.own is not None and case.policy.drift == "report":
        notes = (f'The group "{whose.own.email}" was taken away by hand',) if whose.by_hand else ()
        return Verdict(account=whose.own, forgotten=held, by_hand=notes, obstacles=wanted.unresolved)
    made = case.change("create_account", Whose(), role=GROUP_ROLE, because=wanted.account_reasons)
    return Verdict((made,), forgotten=held, obstacles=wanted.unresolved)
