"""What may be asked for, by scim2-models' schemas and one extension's document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scim2_models import EnterpriseUser, Group, User

LAB_URN = "urn:example:scim:schemas:extension:lab:2.0:User"
TEAM_URN = "urn:example:scim:schemas:extension:team:2.0:Group"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _simple(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


LAB: dict[str, Any] = {
    "id": LAB_URN, "extends": "User", "name": "Lab",
    "attributes": [
        _simple("bench"), _simple("badge", caseExact=True), _simple("floor", "integer"), _simple("score", "decimal"),
        _simple("cleared", "boolean"), _simple("since", "dateTime"), _simple("tags", multiValued=True),
        _simple("levels", "integer", multiValued=True), _simple("page", "reference"),
        {"name": "skills", "type": "complex", "multiValued": True, "subAttributes": [
            _simple("value"), _simple("years", "decimal"), _simple("code", caseExact=True), _simple("proven", "boolean"),
            _simple("on", "dateTime")]},
        {"name": "desk", "type": "complex", "subAttributes": [_simple("room"), _simple("seats", "integer")]},
    ],
}  # fmt: skip
TEAM: dict[str, Any] = {
    "id": TEAM_URN, "extends": "Group", "name": "Team",
    "attributes": [_simple("purpose"), _simple("size", "integer"), _simple("labels", multiValued=True),
                   {"name": "owners", "type": "complex", "multiValued": True,
                    "subAttributes": [_simple("value", caseExact=True), _simple("type")]}],
}  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """Something that can be compared: an attribute or a sub-attribute."""

    urn: str | None
    name: str
    sub: str | None
    kind: str
    case_exact: bool
    several: bool

    @property
    def spelled(self) -> str:
        path = self.name if self.sub is None else f"{self.name}.{self.sub}"
        return path if self.urn is None else f"{self.urn}:{path}"


def _leaves(document: dict[str, Any], urn: str | None) -> list[Leaf]:
    found = []
    for each in document["attributes"]:
        several = each.get("multiValued", False)
        for sub in each.get("subAttributes") or [None]:
            leaf = sub or each
            exact = leaf.get("caseExact", leaf["type"] in ("reference", "binary"))
            found.append(Leaf(urn, each["name"], sub and sub["name"], leaf["type"], exact, several))
    return found


def _of(model: Any) -> dict[str, Any]:
    return dict(model.to_schema().model_dump(mode="json", exclude_none=True))


_COMMON = [
    Leaf(None, "id", None, "string", True, False),
    Leaf(None, "externalId", None, "string", True, False),
    Leaf(None, "schemas", None, "reference", True, True),
    Leaf(None, "meta", "resourceType", "string", True, False),
    Leaf(None, "meta", "created", "dateTime", False, False),
    Leaf(None, "meta", "lastModified", "dateTime", False, False),
    Leaf(None, "meta", "location", "reference", True, False),
]
USER_LEAVES = [each for each in _leaves(_of(User), None) if each.name != "password"] + _COMMON + (
    _leaves(_of(EnterpriseUser), ENTERPRISE_URN) + _leaves(LAB, LAB_URN)
)
GROUP_LEAVES = _leaves(_of(Group), None) + _COMMON + _leaves(TEAM, TEAM_URN)
