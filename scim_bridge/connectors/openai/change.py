"""One change at OpenAI, safe to repeat.

Where all goes well, giving, taking, inviting and cancelling take one request. What a refusal means is documented nowhere, so
whatever was refused (400, 403, 404, 409) is looked at again, and what is there now decides. A new role is accepted again
silently, so that one is looked at first.
"""

from __future__ import annotations

from collections.abc import Callable

from scim_bridge.access.change import Change, ChangeKind, Outcome
from scim_bridge.access.errors import Conflict, Refused, UnknownPlace, Untouchable
from scim_bridge.access.observed import GROUP, GROUP_ROLE, ORGANIZATION
from scim_bridge.connectors.openai.errors import REFUSALS
from scim_bridge.connectors.openai.joining import Joining, account_of
from scim_bridge.connectors.openai.keys import Keyring
from scim_bridge.connectors.openai.roles import ACCOUNT_ROLES, PLACE_ROLES, VIEWER
from scim_bridge.connectors.openai.sites import (
    AssignedRole,
    GroupMember,
    Platform,
    ProjectGroup,
    ProjectMember,
    ProjectRole,
    Site,
)

OF_GROUPS: frozenset[ChangeKind] = frozenset({"create_account", "grant", "change_role", "revoke"})
GIVING: frozenset[ChangeKind] = frozenset({"invite", "change_role", "grant"})


class Deed:
    """Carries out changes."""

    def __init__(self, platform: Platform, keyring: Keyring) -> None:
        self._at = platform
        self._joining = Joining(platform)
        self._kinds: dict[ChangeKind, Callable[[Change], Outcome]] = {
            "withdraw_key": keyring.withdraw,
            "restore_key": keyring.restore,
            "cancel_invitation": lambda change: self._joining.cancel(change.object_id),
            "revoke": self._revoke,
            "remove_account": self._joining.remove,
            "create_account": self._create_group,
            "invite": self._joining.invite,
            "change_role": self._change_role,
            "grant": self._grant,
        }

    def carry_out(self, change: Change) -> Outcome:
        refuse_impossible(change, frozenset(self._kinds))
        return self._kinds[change.kind](change)

    # places

    def _grant(self, change: Change) -> Outcome:
        site, who, role = self._site(change, change.role), account_of(change), change.role or ""
        try:
            site.give(who, role)
        except REFUSALS:
            held = site.held(who)
            if role in held:
                return Outcome(f"has this role in the {site.what} already", changed=False, account_id=who)
            if site.exclusive and held:
                raise Conflict(f"Is in the {site.what} already, as {', '.join(sorted(held))}.") from None
            site.explain(who, giving=True)
            raise
        return Outcome(f"added to the {site.what} as {role}", account_id=who)

    def _change_role(self, change: Change) -> Outcome:
        if change.place_id is None:
            return self._joining.change_role(change)
        site, who = self._site(change, change.role), account_of(change)
        role, was = change.role or "", change.was or ""
        held = site.held(who)
        if role in held and (site.exclusive or was not in held):
            return Outcome(f"has this role in the {site.what} already", changed=False, account_id=who)
        if not held:
            site.explain(who, giving=True)
            raise Conflict(f"Is not in the {site.what} any more.")
        try:
            site.replace(who, was, role, held)
        except REFUSALS:
            site.explain(who, giving=True)
            raise
        return Outcome(f"role in the {site.what} is now {role}", account_id=who)

    def _revoke(self, change: Change) -> Outcome:
        site, who, role = self._site(change, change.role), account_of(change), change.role or ""
        gone = Outcome(f"has no such role in the {site.what} any more", changed=False, account_id=who)
        try:
            taken = site.take(who, role)
        except REFUSALS:
            held = site.held(who)
            if role not in held and not (site.exclusive and held):
                return gone
            site.explain(who, giving=False)
            raise
        return Outcome(f"removed from the {site.what}", account_id=who) if taken else gone

    def _site(self, change: Change, role: str | None) -> Site:
        """Where this role is held."""
        place = change.place_id
        if not place:
            raise UnknownPlace(f"The project {change.place} is not known at OpenAI.")
        if change.principal.kind == "group":
            return ProjectGroup(self._at, place)
        if place == ORGANIZATION:
            return AssignedRole(self._at)
        if place.startswith(GROUP):
            return GroupMember(self._at, place)
        return ProjectMember(self._at, place) if role in (*PLACE_ROLES, VIEWER) else ProjectRole(self._at, place)

    # groups as principals

    def _create_group(self, change: Change) -> Outcome:
        """A group of exactly that name that is there is linked. Whether a name may be taken twice is documented nowhere."""
        name = change.principal.name
        named = [each for each in self._at.catalogue.groups(now=True).values() if each.name == name]
        if len(named) > 1:
            raise Refused(f'There are {len(named)} groups named "{name}" at OpenAI: rename all but one, then retry.')
        if named and named[0].untouchable:
            raise Untouchable(named[0].untouchable)
        if named:
            return Outcome("there is a group of this name: linked", changed=False, account_id=named[0].id)
        try:
            made = self._at.api.write(self._at.org.groups.create, name=name)
        except REFUSALS:
            if any(each.name == name for each in self._at.catalogue.groups(now=True).values()):
                raise Conflict("Somebody else made a group of this name at this moment.") from None
            raise
        self._at.catalogue.forget_groups()
        return Outcome("group made", account_id=made.id)


def refuse_impossible(change: Change, kinds: frozenset[ChangeKind]) -> None:
    """What OpenAI has no way to do is refused before any request."""
    group = change.principal.kind == "group"
    possible = OF_GROUPS if group else kinds - {"create_account"}
    if change.kind not in possible:
        who = "a group" if group else "a person"
        raise Refused(f"OpenAI has no way to {change.kind.replace('_', ' ')} for {who}: correct the mapping file.")
    place = change.place_id
    if group and change.kind != "create_account" and (not place or place == ORGANIZATION or place.startswith(GROUP)):
        raise Refused("A group takes roles in projects only: correct the mapping file.")
    if change.kind not in GIVING:
        return
    of_account = change.kind == "invite" or (change.kind == "change_role" and place is None)
    known: tuple[str, ...] | None = ACCOUNT_ROLES if of_account else None
    known = (GROUP_ROLE,) if place is not None and place.startswith(GROUP) else known
    given = change.role if (change.kind, change.role) != ("grant", VIEWER) else None  # it is seen, and never given
    if not given or (known is not None and given not in known):
        raise Refused(f"OpenAI has no role {change.role} that could be given there: correct the mapping file.")
