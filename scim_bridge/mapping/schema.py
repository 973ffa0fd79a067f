"""The shape of a mapping file: which keys there are, on which level, and of what type.

Defaults that a policy has stand in `access.policy`.

Names (roles, parts, places, sources) and what a platform can do are checked elsewhere in this folder, over the same
plain values, so that one mistake of shape does not hide the others. A key added here needs a heading in docs.
"""

from __future__ import annotations

from typing import Any

from marshmallow import pre_load

from scim_bridge.mapping.problems import did_you_mean
from scim_bridge.mapping.shapes import (
    Choice,
    Day,
    Duration,
    Field,
    Flag,
    Items,
    Section,
    Share,
    Strict,
    Table,
    Text,
    Whole,
    refusal,
    wrong_type,
)

_FATES = ("withdraw", "delete", "keep", "report")
_MAY_BE_BLANK = ("connection", "places", "protect", "offboarding", "moving", "brake")


class Version(Field):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if value != 1 or isinstance(value, (bool, float)):
            raise refusal("bad_version", "This version of the bridge reads `version: 1`.")
        return 1


class Anything(Field):
    """Left to whoever knows the connector."""


class AccountsSchema(Strict):
    role = Text(required=True)
    existing = Choice("adopt", "leave")
    email = Choice("primary", "work", "userName")


class PlaceSchema(Strict):
    id = Text()
    name = Text()


class WhenSchema(Strict):
    group = Text()
    groups = Items(Text())
    group_pattern = Text()
    person = Text()
    source = Text()


class GrantSchema(Strict):
    place = Text()
    role = Text()
    account = Text()
    allow_admin = Flag()
    to = Choice("people", "group")


class DenySchema(Strict):
    place = Text(required=True)


class When(Section):
    """A mapping of conditions, or the word `everybody`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "everybody":
            return {}
        if isinstance(value, str):
            hint = did_you_mean(value, ["everybody"])
            raise refusal("wrong_type", f"Give a mapping of conditions, or the word everybody.{hint}")
        if not isinstance(value, dict):
            raise wrong_type("a mapping of conditions, or the word everybody", value)
        return super()._deserialize(value, attr, data, **kwargs)


class RuleSchema(Strict):
    name = Text(required=True)
    when = When(WhenSchema(), allow_none=True)
    parts = Table(Table(Text()))
    grant = Items(Section(GrantSchema()))
    deny = Items(Section(DenySchema()))


class KeepSchema(Strict):
    id = Text(required=True)
    reason = Text(required=True)
    until = Day(required=True)


class KeysSchema(Strict):
    personal = Choice(*_FATES)
    shared = Choice(*_FATES)
    keep = Items(Section(KeepSchema()), least=0, load_default=list)


class OffboardingSchema(Strict):
    account = Choice("remove", "suspend", "keep")
    invitations = Choice("cancel", "keep")
    keys = Section(KeysSchema(), load_default=dict)


class MovingSchema(Strict):
    keys = Choice(*_FATES)


class BrakeSchema(Strict):
    floor = Whole()
    share = Share()
    number = Whole()
    gains = Whole()
    window = Duration()


class PlatformSchema(Strict):
    """A whole mapping file."""

    version = Version(required=True)
    connector = Text(required=True)
    connection = Table(Anything(allow_none=True), load_default=dict)
    sources = Items(Text(), load_default=lambda: ["default"])
    accounts = Section(AccountsSchema(), required=True)
    places = Table(Section(PlaceSchema()), load_default=dict)
    rules = Items(Section(RuleSchema()), least=0, required=True)
    offboarding = Section(OffboardingSchema(), load_default=dict)
    moving = Section(MovingSchema(), load_default=dict)
    protect = Items(Text(), least=0, load_default=list)
    brake = Section(BrakeSchema(), load_default=dict)
    mode = Choice("plan", "apply", load_default="plan")
    drift = Choice("report", "repair", load_default="report")

    @pre_load
    def leave_out_blanks(self, content: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """A section of which everything is commented out is a section left out."""
        return {key: value for key, value in content.items() if value is not None or key not in _MAY_BE_BLANK}


class ExpectSchema(Strict):
    account = Text(allow_none=True)
    grants = Table(Anything())


class CaseSchema(Strict):
    name = Text(required=True)
    person = Table(Anything(), required=True)
    groups = Items(Text(), least=0, load_default=list)
    source = Text()
    expect = Section(ExpectSchema(), required=True)


class CasesSchema(Strict):
    """A `.test.yaml` file."""

    version = Version(required=True)
    tests = Items(Section(CaseSchema()), least=0, required=True)


class SomebodySchema(Strict):
    """A file that describes one person: `mapping explain --file`."""

    version = Version()
    person = Table(Anything(), required=True)
    groups = Items(Text(), least=0)
    source = Text()


RULE_KEYS = frozenset(RuleSchema().fields)
WHEN_KEYS = frozenset(WhenSchema().fields)
GRANT_KEYS = frozenset(GrantSchema().fields)
EXPECT_KEYS = frozenset(ExpectSchema().fields)
PLATFORM = PlatformSchema()
CASES = CasesSchema()
SOMEBODY = SomebodySchema()
