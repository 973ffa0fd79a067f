"""A bulk request, unit by unit: each is one transaction, and its pushes are those that single requests would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar
from uuid import uuid4

import structlog

from scim_bridge.directory.tables import Connection, Row
from scim_bridge.errors import DatabaseUnavailable
from scim_bridge.intake import groups, users
from scim_bridge.intake.push import Push
from scim_bridge.scim.bulk import BulkOperation, BulkRequest, Result, Target
from scim_bridge.scim.bulk_order import Unit, units
from scim_bridge.scim.bulk_references import resolved
from scim_bridge.scim.errors import Conflict, Failure, InvalidValue, ScimError, Unavailable
from scim_bridge.scim.registry import GROUP, USER
from scim_bridge.scim.versions import Condition, tag, tags_in

T = TypeVar("T")

_CREATE: Mapping[str, Callable[..., Row]] = {USER.id: users.create_user, GROUP.id: groups.create_group}
_CHANGE: Mapping[tuple[str, str], Callable[..., Row]] = {
    (USER.id, "PUT"): users.replace_user,
    (USER.id, "PATCH"): users.patch_user,
    (GROUP.id, "PUT"): groups.replace_group,
    (GROUP.id, "PATCH"): groups.patch_group,
}
_DELETE: Mapping[str, Callable[[Connection, Push, str], None]] = {USER.id: users.delete_user, GROUP.id: groups.delete_group}
RETRY_SECONDS = 5

log = structlog.get_logger("scim_bridge.intake")


class Write(Protocol):
    """Runs a deed in a writing transaction, again where the database asks for it (`Database.write`)."""

    def __call__(self, deed: Callable[[Connection], T]) -> T: ...


class Refused(Exception):
    """One operation of a unit was refused, and so the whole unit is undone."""

    def __init__(self, place: int, error: ScimError) -> None:
        super().__init__(str(error))
        self.place = place
        self.error = error


class Bulk:
    """One request on its way. Ids of what it makes are promised at the start, so that references can be filled in."""

    def __init__(self, write: Write, push: Push, request: BulkRequest) -> None:
        self._write = write
        self._push = push
        self._request = request
        self._operations = request.operations
        self._ids = {each.creates: str(uuid4()) for each in request.operations if each.creates is not None}
        self._failed: set[str] = set()
        self._results: dict[int, Result] = {}

    def carry_out(self) -> list[Result]:
        """What became of each operation, as they were listed; those after too many errors are left out.

        DatabaseUnavailable when nothing was done at all. Later than that it is the answer of all that is left.
        """
        left = list(units(self._operations))
        while left and not self._is_over():
            unit = left.pop(0)
            try:
                self._settle(unit)
            except DatabaseUnavailable as error:
                if not any(each.error is None for each in self._results.values()):
                    raise
                self._postpone([unit, *left], error)
                break
        return [self._results[place] for place in sorted(self._results)]

    def _is_over(self) -> bool:
        limit, errors = self._request.fail_on_errors, sum(each.error is not None for each in self._results.values())
        return limit is not None and errors >= limit

    def _settle(self, unit: Unit) -> None:
        refused = {place: error for place in unit.places if (error := self._fault(place, unit)) is not None}
        if not refused:
            try:
                self._results |= self._write(lambda connection: self._done(connection, unit.places))
                return
            except Refused as error:
                refused = {error.place: error.error}
            except DatabaseUnavailable:
                raise
            except Exception:  # the other operations have answers that must not be lost
                log.exception("bulk_operation_failed", source=self._push.source, request_id=self._push.request_id)
                refused = dict.fromkeys(unit.places, Failure("The bridge failed. Its log has more."))
        for place in unit.places:
            self._refuse(place, refused.get(place) or Conflict("It stands or falls with another operation, which failed."))

    def _fault(self, place: int, unit: Unit) -> ScimError | None:
        """Why an operation cannot even be tried."""
        operation = self._operations[place]
        if isinstance(operation.target, ScimError):
            return operation.target
        unknown = next((name for name in operation.refers if name not in self._ids), None)
        if unknown is not None:
            return InvalidValue(f"No operation of this request makes something under the bulkId '{unknown[:64]}'.")
        failed = next((name for name in operation.refers if name in self._failed), None)
        if failed is not None:
            return Conflict(f"It refers to the bulkId '{failed[:64]}', which could not be made. Nothing of it was done.")
        return Conflict("Groups cannot contain one another in a circle. None of them was made.") if unit.circular else None

    def _done(self, connection: Connection, places: Sequence[int]) -> dict[int, Result]:
        results = {}
        for place in places:
            try:
                results[place] = self._one(connection, self._operations[place])
            except ScimError as error:
                raise Refused(place, error) from error
        return results

    def _one(self, connection: Connection, operation: BulkOperation) -> Result:
        target = operation.target
        assert isinstance(target, Target)
        push, data = self._push_for(operation), resolved(operation.data, self._ids)
        if target.scim_id is None:
            row = _CREATE[target.kind.id](connection, push, data, scim_id=self._ids[operation.bulk_id or ""])
            return Result(operation, 201, self._address(target, row.scim_id), tag(row.version))
        scim_id: str = resolved(target.scim_id, self._ids)
        if target.method == "DELETE":
            _DELETE[target.kind.id](connection, push, scim_id)
            return Result(operation, 204, self._address(target, scim_id))
        row = _CHANGE[target.kind.id, target.method](connection, push, scim_id, data)
        quiet = target.method == "PATCH" and target.kind is GROUP
        return Result(operation, 204 if quiet else 200, self._address(target, scim_id), tag(row.version))

    def _push_for(self, operation: BulkOperation) -> Push:
        return replace(self._push, condition=Condition(match=tags_in(operation.version)))

    def _address(self, target: Target, scim_id: str) -> str:
        return f"{self._push.location}{target.kind.endpoint}/{scim_id}"

    def _postpone(self, left: Sequence[Unit], cause: DatabaseUnavailable) -> None:
        log.warning("bulk_interrupted", source=self._push.source, request_id=self._push.request_id)
        for unit in left:
            for place in unit.places:
                self._refuse(place, Unavailable(str(cause), RETRY_SECONDS))

    def _refuse(self, place: int, error: ScimError) -> None:
        operation = self._operations[place]
        target, location = operation.target, None
        if isinstance(target, Target) and target.scim_id is not None and not set(operation.refers) - self._ids.keys():
            location = self._address(target, resolved(target.scim_id, self._ids))
        if operation.creates is not None:
            self._failed.add(operation.creates)
        self._results[place] = Result(operation, error.status, location, error=error)
