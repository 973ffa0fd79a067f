"""What a PATCH asks of a Group's members, as changes that name only those concerned: no list is read and written back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, TypeAlias

from scim_bridge.scim.errors import InvalidValue, Mutability
from scim_bridge.scim.filters import Compare, Node, Or
from scim_bridge.scim.members import MemberRef, load_members
from scim_bridge.scim.operations import Operation
from scim_bridge.scim.paths import Path
from scim_bridge.scim.registry import GROUP_URN


@dataclass(frozen=True, slots=True)
class AddMembers:
    """These too. Whoever is in already stays in."""

    members: tuple[MemberRef, ...]


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    """These no longer, by id. Whoever is not in is no error."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveMembersWhere:
    """Those that meet a filter other than `value eq`. Its Refs are of `members` with `sub` set."""

    node: Node


@dataclass(frozen=True, slots=True)
class ReplaceMembers:
    """Exactly these; never empty (that is ClearMembers)."""

    members: tuple[MemberRef, ...]


@dataclass(frozen=True, slots=True)
class ClearMembers:
    """Nobody any more: `remove` with neither filter nor value, or `replace` with an empty list or null."""


MemberChange: TypeAlias = AddMembers | RemoveMembers | RemoveMembersWhere | ReplaceMembers | ClearMembers


MAX_SWEEPING = 5
"""Changes in one PATCH that concern everybody in the group. Identity providers send one."""


class GroupPatch(NamedTuple):
    """A PATCH of a group in its two parts, each in order. They touch different things, so either may go first."""

    members: tuple[MemberChange, ...]
    attributes: tuple[Operation, ...]


def split_members(operations: Iterable[Operation]) -> GroupPatch:
    """The changes of members, and the operations on everything else.

    InvalidValue for a member without id; Mutability for changing a member in place (they are added and removed only).
    A path-less `"members": null` says nothing about members, as in a PUT. Additions that follow one another are one
    change, and so are removals: Okta sends an operation for each of up to 256 people, and each change costs statements.
    """
    changes: list[MemberChange] = []
    others: list[Operation] = []
    for operation in operations:
        path = operation.path
        if isinstance(path, Path) and path.ref.schema_urn == GROUP_URN and path.ref.attribute.name == "members":
            change = _change(operation, path)
            changes.extend([] if change is None else [change])
        else:
            others.append(operation)
    if sum(isinstance(each, RemoveMembersWhere | ReplaceMembers | ClearMembers) for each in changes) > MAX_SWEEPING:
        raise InvalidValue(f"members: is replaced, emptied or searched more than {MAX_SWEEPING} times in one request.")
    return GroupPatch(tuple(_merged(changes)), tuple(others))


def _merged(changes: Iterable[MemberChange]) -> Iterator[MemberChange]:
    """The changes with neighbours that both add, or both remove, as one."""
    for kind, run in groupby(changes, type):
        if kind is AddMembers:
            members = {each.value: each for change in run if isinstance(change, AddMembers) for each in change.members}
            yield AddMembers(tuple(members.values()))
        elif kind is RemoveMembers:
            ids = dict.fromkeys(each for change in run if isinstance(change, RemoveMembers) for each in change.ids)
            yield RemoveMembers(tuple(ids))
        else:
            yield from run


def _change(operation: Operation, path: Path) -> MemberChange | None:
    if path.ref.sub is not None or (path.value_filter is not None and operation.op != "remove"):
        raise Mutability("A member cannot be changed in place: remove it and add another.")
    if path.value_filter is not None:
        ids = _ids(path.value_filter)
        return RemoveMembersWhere(path.value_filter) if ids is None else RemoveMembers(ids)
    nothing = operation.value is None or operation.value == []
    if operation.op == "add":
        return None if nothing else AddMembers(load_members(operation.value))
    if operation.op == "replace":
        return _replacing(operation, nothing)
    if operation.value is None:
        return ClearMembers()
    # Entra's legacy Remove lists members: those go and no others. An empty list names nobody (entra-flags).
    return None if nothing else RemoveMembers(tuple(each.value for each in load_members(operation.value)))


def _replacing(operation: Operation, nothing: bool) -> MemberChange | None:
    if operation.pathless and operation.value is None:
        return None
    return ClearMembers() if nothing else ReplaceMembers(load_members(operation.value))


def _ids(node: Node) -> tuple[str, ...] | None:
    """The ids of `value eq "a"` or `value eq "a" or value eq "b"`; None for any other filter."""
    if isinstance(node, Compare) and node.op == "eq" and node.ref.leaf.name == "value":
        return (str(node.value),)
    if not isinstance(node, Or):
        return None
    parts = [_ids(term) for term in node.terms]
    return tuple(each for part in parts for each in part or ()) if all(parts) else None
