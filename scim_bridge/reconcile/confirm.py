"""Reading back: the platform is asked whether what it said was taken away is gone. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from scim_bridge.access.change import Change
from scim_bridge.access.observed import GROUP, Inquiry
from scim_bridge.access.standing import Slice
from scim_bridge.reconcile.carry import Taken


def inquiries_after(taken: Sequence[Taken]) -> list[Inquiry]:
    """The least that shows whether these, of one person, are gone; one for each account that they are of."""
    by_account: dict[str | None, list[Taken]] = {}
    for each in taken:
        by_account.setdefault(each.change.principal.id, []).append(each)
    return [_inquiry_after(those) for those in by_account.values()]


def _inquiry_after(taken: Sequence[Taken]) -> Inquiry:
    kinds = {each.change.kind for each in taken}
    first = taken[0].change
    places = {each.change.place_id or "" for each in taken if each.change.kind in {"revoke", "change_role"}} - {""}
    groups = frozenset(place for place in places if place.startswith(GROUP))
    return Inquiry(
        email=first.principal.name,
        account_id=first.principal.id,
        kind=first.principal.kind,
        places=frozenset(places - groups),
        groups=groups,
        credentials="withdraw_key" in kinds,
        only_keys=frozenset(
            (each.change.place_id, each.change.object_id or "") for each in taken if each.change.kind == "withdraw_key"
        ),
        custom_in=frozenset(places - groups),
        invitations="cancel_invitation" in kinds,
    )


def is_gone(change: Change, slice_: Slice) -> bool:
    """Whether the observation shows that the change was made."""
    if change.kind == "withdraw_key":
        return not any(key.id == change.object_id and key.usable for key in slice_.credentials)
    if change.kind == "cancel_invitation":
        return not any(each.id == change.object_id and each.state == "pending" for each in slice_.invitations)
    if change.kind == "remove_account":
        return slice_.account is None
    if change.kind == "suspend_account":
        return slice_.account is None or slice_.account.state == "suspended"
    direct = [each for each in slice_.memberships if each.place_id == change.place_id and not each.inherited]
    if change.kind == "revoke":
        return not any(each.role == change.role for each in direct)
    if change.place_id is None:
        return slice_.account is None or slice_.account.role == change.role
    return not any(each.role == change.was for each in direct)
