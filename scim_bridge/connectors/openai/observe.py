"""Who holds what at OpenAI, asked with the fewest requests.

Members of a project or a group are asked for one by one or with the whole listing, whichever takes fewer requests by how
many pages it had the last time. Custom roles are asked for only where a place has any, which is remembered (`Catalogue`).
Nothing that no inquiry needs is asked for at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from scim_bridge.access.observed import GROUP, ORGANIZATION, Credential, Group, Inquiry, Membership, Observation
from scim_bridge.connectors.openai.catalogue import Catalogue
from scim_bridge.connectors.openai.client import AdminApi
from scim_bridge.connectors.openai.keys import Keyring
from scim_bridge.connectors.openai.members import Members
from scim_bridge.connectors.openai.roles import OWNER
from scim_bridge.connectors.openai.roster import Roster
from scim_bridge.connectors.openai.rows import group

Asked = dict[str, set[str]]
"""Account ids by the place they are asked about in."""


class Survey:
    """One observation under way."""

    def __init__(
        self, api: AdminApi, catalogue: Catalogue, members: Members, keyring: Keyring, inquiries: Sequence[Inquiry],
        administrators_of: frozenset[str | None],
    ) -> None:
        self._api = api
        self._catalogue = catalogue
        self._members = members
        self._keyring = keyring
        self._people = [each for each in inquiries if each.kind == "person"]
        self._groups = [each for each in inquiries if each.kind == "group"]
        self._administrators_of = administrators_of
        self._roster = Roster(api, catalogue, self._people)

    def observation(self) -> Observation:
        invitations = self._roster.invitations()
        self._roster.read()
        accounts = {found.id: found for inquiry in self._people for found in self._roster.of(inquiry)}
        groups = self._found_groups()
        memberships, administrators = self._read_projects()
        return Observation(
            accounts=tuple(accounts.values()),
            invitations=invitations,
            memberships=(*memberships, *self._custom_roles(), *self._in_groups(), *self._of_groups(groups)),
            credentials=self._credentials(),
            groups=tuple({found.id: found for found in groups.values()}.values()),
            administrators=administrators,
        )

    def _ids(self, inquiry: Inquiry) -> set[str]:
        return {found.id for found in self._roster.of(inquiry)}

    def _asked(self, places_of: Callable[[Inquiry], Iterable[str]]) -> Asked:
        asked: Asked = defaultdict(set)
        for inquiry in self._people:
            ids = self._ids(inquiry)
            for place in places_of(inquiry) if ids else ():
                asked[place] |= ids
        return asked

    # people in projects

    def _projects_of(self, inquiry: Inquiry) -> frozenset[str]:
        return self._catalogue.open_places() if inquiry.places is None else _projects(inquiry.places)

    def _read_projects(self) -> tuple[list[Membership], dict[str | None, frozenset[str]]]:
        asked = self._asked(self._projects_of)
        owners = self._roster.owners() if self._administrators_of else frozenset()
        administrators: dict[str | None, frozenset[str]] = {None: owners} if None in self._administrators_of else {}
        counted = frozenset(place for place in self._administrators_of if place is not None)
        memberships: list[Membership] = []
        for place in sorted(asked.keys() | counted):
            ids = asked.get(place, set())
            rows = self._in_project(place, ids, whole=place in counted)
            memberships += [row for row in rows if row.principal_id in ids]
            if place in counted:
                administrators[place] = owners | {row.principal_id for row in rows if row.role == OWNER}
        return memberships, administrators

    def _in_project(self, place: str, ids: set[str], *, whole: bool) -> list[Membership]:
        """Owners of the organization own every project: they need no asking, and cannot be taken out of one."""
        owners = {who for who in ids if self._roster.is_owner(who)}
        rows = self._members.of_project(place, ids - owners, whole=whole) if whole or ids - owners else []
        implied = [Membership(who, place, OWNER, inherited=True) for who in sorted(owners)]
        return [*(row for row in rows if not self._roster.is_owner(row.principal_id)), *implied]

    def _custom_roles(self) -> list[Membership]:
        """In the projects that were named: leaving a project takes one's custom roles there along. And in the organization."""
        asked = self._asked(_where_custom)
        everywhere = self._asked(_organization)
        found: list[Membership] = []
        for place, ids in sorted({**asked, **everywhere}.items()):
            if self._catalogue.custom_roles(None if place == ORGANIZATION else place):
                for who in sorted(ids):
                    found += self._members.custom_roles(place, who)
        return found

    # groups

    def _in_groups(self) -> list[Membership]:
        """People in them."""
        asked = self._asked(self._groups_of)
        rows = [row for place in sorted(asked) for row in self._members.of_group(place, asked[place])]
        return [row for row in rows if row.principal_id in asked[row.place_id]]

    def _groups_of(self, inquiry: Inquiry) -> Iterable[str]:
        """For a leaver every group, except those whose members the bridge could not change."""
        if inquiry.groups is not None:
            return inquiry.groups
        known = self._catalogue.groups().values()
        return [GROUP + each.id for each in known if not each.native and not each.untouchable]

    def _found_groups(self) -> dict[Inquiry, Group]:
        """By id, so that a group that was renamed by hand is the same one; else by its exact name."""
        if not self._groups:
            return {}
        groups = self._api.organization.groups
        if all(each.account_id for each in self._groups) and len(self._groups) <= self._api.page_count("groups"):
            ids = {each.account_id for each in self._groups if each.account_id}
            rows = map(group, self._api.several("groups", groups.retrieve, ids, among=self._catalogue.group_rows))
            by_id = {each.id: each for each in rows}
            return {each: by_id[each.account_id] for each in self._groups if each.account_id in by_id}
        known = self._catalogue.groups(now=True)
        twice = {name for name, times in Counter(each.name for each in known.values()).items() if times > 1}
        named = {each.name: each for each in known.values() if each.name not in twice}  # none is chosen between two
        found = {each: known.get(each.account_id) if each.account_id else named.get(each.email or "") for each in self._groups}
        return {inquiry: each for inquiry, each in found.items() if each is not None}

    def _of_groups(self, groups: dict[Inquiry, Group]) -> list[Membership]:
        """Their own roles in projects."""
        asked = {(place, each.id) for inquiry, each in groups.items() for place in self._projects_of(inquiry)}
        return [row for place, group_id in sorted(asked) for row in self._members.of_principal(place, group_id)]

    # keys

    def _credentials(self) -> tuple[Credential, ...]:
        """By their owner, also of an account that is away: keys outlive it."""
        owners: set[str] = set()
        keys: set[tuple[str | None, str]] | None = set()
        for inquiry in self._people:
            if inquiry.credentials:
                owners |= self._ids(inquiry) | ({inquiry.account_id} if inquiry.account_id else set())
                keys = None if keys is None or inquiry.only_keys is None else keys | inquiry.only_keys
        return self._keyring.of(owners, keys)


def _projects(places: Iterable[str]) -> frozenset[str]:
    return frozenset(place for place in places if place != ORGANIZATION)


def _where_custom(inquiry: Inquiry) -> frozenset[str]:
    """The projects whose custom roles are asked for."""
    named = _projects(inquiry.places or ())
    return named if inquiry.custom_in is None else named & inquiry.custom_in


def _organization(inquiry: Inquiry) -> frozenset[str]:
    """`ORGANIZATION` where its custom roles are asked for."""
    itself = frozenset({ORGANIZATION})
    return itself if inquiry.places is None else itself & inquiry.places
