"""Wanted against observed: the changes for one person on one platform, in order.

Three situations: they have left (everything bound to their account goes, each by its policy), they stay without any grant
(what the bridge gave goes), or they are to have access. Protected principals are spared here; administrators and the brake are
looked at afterwards.
"""

from __future__ import annotations

from dataclasses import replace

from scim_bridge.access.case import Case
from scim_bridge.access.change import ORDER, Change
from scim_bridge.access.former import NEW_KEY
from scim_bridge.access.group import diff_group, linking
from scim_bridge.access.observed import Invitation
from scim_bridge.access.places import Tally, compare_places
from scim_bridge.access.policy import KeyFate
from scim_bridge.access.standing import OwnAccount
from scim_bridge.access.verdict import Verdict
from scim_bridge.access.whose import Whose, whose_account

TAKEN: frozenset[KeyFate] = frozenset({"withdraw", "delete"})


def diff(case: Case) -> Verdict:
    """The verdict about one person. Equal input gives an equal answer; nothing is read or written."""
    policy = case.policy if case.kind == "person" else linking(case.policy)
    whose = whose_account(case.wanted, case.standing, case.slice, policy)
    if case.kind == "group":
        verdict = diff_group(case, whose)
    elif case.wanted.leaving:
        verdict = _found_again(case, whose) or _leaving(case, whose)
    elif case.wanted.account_role is None:
        verdict = _without_grant(case, whose)
    else:
        verdict = _with_access(case, whose)
    ordered = sorted(verdict.changes, key=lambda change: ORDER.index(change.kind))
    return _spared(case, whose, replace(verdict, changes=tuple(ordered)))


def _found_again(case: Case, whose: Whose) -> Verdict | None:
    """What a sweep of leavers found: written down, and no more. None when nothing came back."""
    fates, excepted = _fates(case), case.policy.offboarding.exception_for
    keys = [
        key
        for each in case.slice.again
        for key in each.keys
        if key.usable and key.ours is None and (
            key.id not in case.standing.left_keys
            or (each.is_newer(key) and fates[key.kind] in TAKEN and excepted(key.id) is None)
        )
    ]
    notes = [*([whose.returned] if whose.returned else []), *(f"{NEW_KEY}: {key.hint or key.id}" for key in keys)]
    obstacles = (whose.obstacle,) if whose.obstacle is not None else ()
    if not notes:
        return None
    return Verdict(account=whose.own, holdings=case.standing.holdings, returned=tuple(dict.fromkeys(notes)), obstacles=obstacles)


def _fates(case: Case) -> dict[str, KeyFate]:
    policy = case.policy.offboarding
    return {"personal": policy.personal_keys, "shared": policy.shared_keys}


def _leaving(case: Case, whose: Whose) -> Verdict:
    own = whose.own
    policy, fates = case.policy.offboarding, _fates(case)
    obstacles = (whose.obstacle,) if whose.obstacle is not None else ()
    if own is None or whose.lapsed:
        return Verdict(_left_keys(case, whose, fates), forgotten=_held(case), obstacles=obstacles)
    changes = case.key_changes(whose, case.slice.credentials, fates)
    changes += _cancellations(case, whose, policy.invitations == "cancel")
    held = {(each.place_id, each.role): each for each in case.standing.holdings}
    for each in sorted(case.slice.memberships, key=lambda each: case.rank(each.role, place=True)):  # a base role goes last
        if not each.inherited:
            ours = held.get((each.place_id, each.role))
            changes.append(
                case.change(
                    "revoke",
                    whose,
                    place=case.named(each.place_id),
                    role=each.role,
                    because=ours.reasons if ours else (),
                )
            )
    changes += _ending(case, whose)
    present = {(each.place_id, each.role) for each in case.slice.memberships}
    gone = tuple(key for key, each in held.items() if key not in present and each.state == "held")
    there = tuple(each for key, each in held.items() if key in present)
    return Verdict(tuple(changes), own, there, gone, obstacles=obstacles)


def _without_grant(case: Case, whose: Whose) -> Verdict:
    own = whose.own
    unresolved = case.wanted.unresolved
    keys: dict[str, KeyFate] = {"personal": case.policy.offboarding.personal_keys, "shared": "report"}
    if own is None or whose.lapsed or (own.state == "removed_by_hand" and whose.seen is None):
        return Verdict(_left_keys(case, whose, keys), forgotten=_held(case), obstacles=unresolved)
    tally = compare_places(case, whose)
    ending = _ending(case, whose)
    changes = [*tally.changes, *_cancellations(case, whose, own.state == "invited"), *ending]
    if whose.seen is not None and whose.seen.native is not None and not changes:
        whose = replace(whose, own=None)  # nothing of ours is left of an account that others keep
    if ending:
        changes += case.key_changes(whose, case.slice.credentials, keys)
    else:
        changes += _moved_keys(case, whose, tally)
    return _verdict(case, whose, tally, changes)


def _with_access(case: Case, whose: Whose) -> Verdict:
    if whose.obstacle is not None:
        return Verdict(obstacles=(whose.obstacle, *case.wanted.unresolved))
    own = whose.own
    if own is None or own.state == "removed_by_hand":
        return _joining(case, whose)
    if own.account_id is None:
        return _waiting(case, whose)
    if whose.seen is not None and whose.seen.state == "suspended" and own.state != "suspended":
        note = f"The account of {own.email} was suspended by hand; it stays so until a human lifts it."
        return Verdict(account=own, holdings=case.standing.holdings, obstacles=(note, *case.wanted.unresolved))
    changes: list[Change] = []
    if own.state == "suspended":
        changes.append(case.change("restore_account", whose, role=case.wanted.account_role, because=case.wanted.account_reasons))
    tally = compare_places(case, whose)
    role_change, own = _account_role(case, whose, tally)
    changes += [*role_change, *tally.changes, *_moved_keys(case, whose, tally)]
    return _verdict(case, replace(whose, own=own), tally, changes)


def _joining(case: Case, whose: Whose) -> Verdict:
    own = whose.own
    forgotten = tuple((each.place_id, each.role) for each in case.standing.holdings if each.state == "held")
    if own is not None and case.policy.drift == "report":
        notes = (f"The account of {own.email} was taken away by hand",) if whose.by_hand else ()
        return Verdict(account=own, forgotten=forgotten, by_hand=notes, obstacles=case.wanted.unresolved)
    kinds = {"invite": "invite", "create": "create_account"}
    kind = kinds.get(case.capabilities.joining)
    if kind is None:
        note = f"{case.wanted.email} has no account there, and this platform makes none by API."
        return Verdict(forgotten=forgotten, obstacles=(note, *case.wanted.unresolved))
    if not case.wanted.email:
        note = f"{case.user_name} has no e-mail address to {kind.replace('_', ' ')} with."
        return Verdict(forgotten=forgotten, obstacles=(note, *case.wanted.unresolved))
    change = case.change(
        kind,  # type: ignore[arg-type]
        Whose(),
        role=case.wanted.account_role,
        because=case.wanted.account_reasons,
    )
    return Verdict((change,), forgotten=forgotten, obstacles=case.wanted.unresolved)


def _waiting(case: Case, whose: Whose) -> Verdict:
    """An invitation is out. One to an old address, or to a stronger role than is wanted now, is taken back first."""
    own = whose.own
    assert own is not None
    if whose.invitation is None:  # it expired
        return _joining(case, Whose())
    moved = bool(case.wanted.email) and own.email.casefold() != (case.wanted.email or "").casefold()
    stronger = case.rank(whose.invitation.role, place=False) > case.rank(case.wanted.account_role, place=False)
    changes: tuple[Change, ...] = ()
    if (moved or stronger) and own.provenance == "created":
        changes = (_replacement(case, whose, own, whose.invitation, moved=moved),)
    kept = replace(own, reasons=case.wanted.account_reasons)
    return Verdict(changes, kept, adopted=whose.adopted, obstacles=case.wanted.unresolved)


def _replacement(case: Case, whose: Whose, own: OwnAccount, old: Invitation, *, moved: bool) -> Change:
    """Taken back, to be sent anew; or both in one change where the platform can, so that there always is an invitation.

    One to another address is always taken back first: two open ones are two accounts to be had, and were the answer about
    the second lost, a look at the first would not find it.
    """
    if moved or not case.capabilities.replaces_invitations:
        return case.change("cancel_invitation", whose, object_id=old.id, because=own.reasons)
    role, because = case.wanted.account_role, case.wanted.account_reasons
    return case.change("invite", Whose(), role=role, was=old.role, object_id=old.id, because=because)


def _account_role(case: Case, whose: Whose, tally: Tally) -> tuple[list[Change], OwnAccount]:
    own, seen, role = whose.own, whose.seen, case.wanted.account_role
    assert own is not None
    assert seen is not None
    assert role is not None
    kept = replace(own, reasons=case.wanted.account_reasons)
    if seen.native is not None:
        return [], replace(kept, role=seen.role, role_ours=False)
    if seen.role == role:
        return [], replace(kept, role=role, role_ours=own.role_ours or own.provenance == "created")
    stronger = case.rank(seen.role, place=False) > case.rank(role, place=False)
    by_hand = own.role_ours and seen.role != own.role and own.role == role and not _intended_role(case, seen.role)
    if (stronger and not own.role_ours) or (by_hand and case.policy.drift == "report"):
        tally.unmanaged.append(f'account role "{seen.role}", given by hand where the rules say "{role}"')
        return [], kept
    change = case.change("change_role", whose, role=role, was=seen.role, because=case.wanted.account_reasons)
    return [change], kept


def _intended_role(case: Case, role: str) -> bool:
    return any(each.kind == "change_role" and each.place_id is None and each.role == role for each in case.standing.intents)


def _moved_keys(case: Case, whose: Whose, tally: Tally) -> list[Change]:
    """Personal keys made in a place that is lost: on some platforms they outlive the membership."""
    there = [key for key in case.slice.credentials if key.place_id in tally.lost]
    return case.key_changes(whose, there, {"personal": case.policy.moving_keys, "shared": "report"})


def _left_keys(case: Case, whose: Whose, fates: dict[str, KeyFate]) -> tuple[Change, ...]:
    """Keys that the person made and that outlived their account; never those of an account that is not theirs."""
    known = [key for key in case.slice.credentials if key.id in case.standing.left_keys]
    return tuple(case.key_changes(whose, known, fates))


def _cancellations(case: Case, whose: Whose, wanted: bool) -> list[Change]:
    if not wanted:
        return []
    pending = [each for each in case.slice.invitations if each.state == "pending"]
    return [case.change("cancel_invitation", whose, object_id=each.id, role=each.role) for each in pending]


def _ending(case: Case, whose: Whose) -> list[Change]:
    own, seen = whose.own, whose.seen
    if own is None or seen is None or (seen.native is not None and not case.wanted.leaving):
        return []
    because = own.reasons
    ending = case.policy.offboarding.account
    if ending == "remove":
        return [case.change("remove_account", whose, role=seen.role, because=because)]
    if ending == "suspend" and seen.state == "active":
        return [case.change("suspend_account", whose, role=seen.role, because=because)]
    return []


def _held(case: Case) -> tuple[tuple[str, str], ...]:
    keep = case.wanted.leaving  # a human's no outlives leaving and rehire
    return tuple((each.place_id, each.role) for each in case.standing.holdings if not keep or each.state == "held")


def _verdict(case: Case, whose: Whose, tally: Tally, changes: list[Change]) -> Verdict:
    return Verdict(
        changes=tuple(changes),
        account=whose.own,
        holdings=tuple(tally.holdings),
        forgotten=tuple(tally.forgotten),
        adopted=whose.adopted,
        by_hand=tuple(tally.by_hand),
        obstacles=case.wanted.unresolved,
        unmanaged=tuple(tally.unmanaged),
    )


def _left_to_native(verdict: Verdict, why: str) -> Verdict:
    """The account itself is for the platform's own SCIM; whoever reads this unassigns it there."""
    ours = tuple(change for change in verdict.changes if change.kind not in {"remove_account", "suspend_account", "restore_account"})
    notes = (why,) if len(ours) < len(verdict.changes) else ()
    return replace(verdict, changes=ours, obstacles=(*verdict.obstacles, *notes))


def _spared(case: Case, whose: Whose, verdict: Verdict) -> Verdict:
    """Take out what must never be done: to protected principals anything, to untouchable accounts all but their keys."""
    seen = whose.seen
    email = whose.own.email if whose.own is not None else case.wanted.email
    if seen is not None and seen.native is not None:
        verdict = _left_to_native(verdict, seen.native)
    if verdict.changes and case.policy.protects(email, seen.id if seen is not None else None):
        note = f"{email} is protected by the mapping file; nothing was changed. Take it off `protect` or act by hand."
        return replace(verdict, changes=(), obstacles=(*verdict.obstacles, note))
    if seen is not None and seen.untouchable is not None:
        allowed = tuple(change for change in verdict.changes if change.kind == "withdraw_key")
        refused = len(allowed) < len(verdict.changes)
        notes = (seen.untouchable,) if refused else ()
        return replace(verdict, changes=allowed, obstacles=(*verdict.obstacles, *notes))
    return verdict
