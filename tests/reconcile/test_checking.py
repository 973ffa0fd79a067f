"""Mapping files against the platforms they speak of: what is missing there is said at its line, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scim_bridge.access.connector import Capabilities, Connector
from scim_bridge.access.errors import NotPermitted, Transient
from scim_bridge.access.observed import CustomRole, Place
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.reconcile.checking import Checked, check_online
from tests.mapping.worlds import WIDE, load

HEAD = """\
version: 1
connector: wide
connection: {{admin_api_key: '${{ADMIN_KEY}}', base_url: 'https://{0}'}}
accounts: {{role: reader}}
"""
PLACES = (
    Place("p1", "Research"),
    Place("p2", "Production"),
    Place("p3", "Attic", open=False),
    Place("p4", "Default", managed=False),
)


@dataclass
class Listed:
    """A platform as far as it can be asked what there is."""

    name: str = "org_1"
    trouble: Exception | None = None
    capabilities: Capabilities = WIDE
    roles: Mapping[str | None, tuple[CustomRole, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def identity(self) -> str:
        self.asked.append("identity")
        if self.trouble is not None:
            raise self.trouble
        return f"wide:{self.name}"

    def places(self) -> tuple[Place, ...]:
        self.asked.append("places")
        return PLACES

    def custom_roles(self, place_id: str | None) -> tuple[CustomRole, ...]:
        self.asked.append(f"custom_roles {place_id}")
        return self.roles.get(place_id, ())


def check(texts: Mapping[str, str], platforms: Mapping[str, Listed]) -> Checked:
    files = {f"{name}.yaml": (HEAD.format(name) + text) for name, text in texts.items()}
    loaded = load(files)
    assert loaded.rules is not None, [str(error) for error in loaded.errors]

    def reach(rules: PlatformRules) -> Connector:
        reached: Any = platforms[rules.name]
        return reached  # type: ignore[no-any-return]

    return check_online({name: text.encode() for name, text in files.items()}, loaded.rules, reach)


def warned(text: str, platform: Listed | None = None) -> list[tuple[int, int, str]]:
    found = check({"lab": text}, {"lab": platform or Listed()})
    assert found.errors == []
    return [(each.line, each.column, each.code) for each in found.warnings]


def column(text: str, word: str) -> int:
    (line,) = [line for line in text.splitlines() if word in line]
    return line.index(word) + 1


def test_what_the_platform_has_is_no_warning() -> None:
    text = (
        "places: {lab: {name: Research}}\nrules:\n"
        "  - {name: r, when: everybody, grant: [{place: lab, role: member}, {place: Production, role: member}]}\n"
    )
    assert warned(text) == []


def test_an_alias_that_names_nothing_is_reported_once_where_it_is_defined() -> None:
    text = (
        "places: {lab: {id: p9}}\nrules:\n"
        "  - {name: r, when: everybody, grant: [{place: lab, role: member}]}\n"
        "  - {name: s, when: {group: A}, deny: [{place: lab}]}\n"
    )
    assert warned(text) == [(5, 10, "unknown_place")]


def test_places_named_by_grants_denials_and_tables_are_looked_for() -> None:
    text = (
        "rules:\n"
        "  - {name: r, when: {group: A}, grant: [{place: Reserch, role: member}]}\n"
        "  - {name: s, when: {group: A}, deny: [{place: Cellar}]}\n"
        '  - {name: t, when: {group_pattern: "AI-{p}"}, parts: {p: {A: Research, B: Garret}}, grant: [{place: "{p}", role: member}]}\n'
        '  - {name: u, when: {group_pattern: "AI-{p}"}, grant: [{place: "{p}", role: member}]}\n'
        '  - {name: v, when: {group: B}, deny: [{place: "*"}]}\n'
    )
    assert [(line, code) for line, _, code in warned(text)] == [(6, "unknown_place"), (7, "unknown_place"), (8, "unknown_place")]


def test_the_place_that_was_probably_meant_is_suggested() -> None:
    rule = "rules:\n  - {name: r, when: {group: A}, grant: [{place: Reserch, role: member}]}\n"
    (only,) = check({"lab": rule}, {"lab": Listed()}).warnings
    assert only.message == 'The platform has no place "Reserch". Did you mean "Research"?'


def test_archived_places_and_those_the_bridge_leaves_alone_are_told_apart() -> None:
    text = "rules:\n  - {name: r, when: {group: A}, grant: [{place: Attic, role: member}, {place: Default, role: member}]}\n"
    found = check({"lab": text}, {"lab": Listed()}).warnings
    assert [each.message for each in found] == [
        'The place "Attic" is archived: nobody can be given a role there.',
        'The place "Default" is one the bridge leaves alone.',
    ]


def test_custom_roles_are_asked_for_where_a_file_names_one_and_once_a_place() -> None:
    text = (
        "rules:\n"
        "  - {name: r, when: {group: A}, grant: [{place: Research, role: auditor}, {place: Research, role: curator}]}\n"
        "  - {name: s, when: {group: A}, grant: [{place: Production, role: member}, {account: buyer}]}\n"
    )
    platform = Listed(roles={"p1": (CustomRole("auditor"),), None: (CustomRole("seller"),)})
    assert warned(text, platform) == [(6, column(text, "curator"), "unknown_role"), (7, column(text, "buyer"), "unknown_role")]
    assert platform.asked == ["identity", "places", "custom_roles p1", "custom_roles None"]


def test_a_platform_without_custom_roles_is_not_asked_for_them() -> None:
    platform = Listed(capabilities=replace(WIDE, custom_roles=False))
    warned("rules:\n  - {name: r, when: {group: A}, grant: [{place: Research, role: curator}]}\n", platform)
    assert platform.asked == ["identity", "places"]


def test_a_custom_role_over_people_must_be_meant() -> None:
    platform = Listed(roles={"p1": (CustomRole("curator", administrative=True),)})
    rule = "rules:\n  - {{name: r, when: {{group: A}}, grant: [{{place: Research, role: curator{0}}}]}}\n"
    assert warned(rule.format(""), platform) == [(6, column(rule.format(""), "curator"), "admin_not_allowed")]
    assert warned(rule.format(", allow_admin: true"), platform) == []


NOTHING = "rules: []\n"


def test_two_files_that_reach_one_organization_are_an_error_at_the_later_one() -> None:
    found = check({"lab": NOTHING, "labs": NOTHING, "other": NOTHING}, {"lab": Listed(), "labs": Listed(), "other": Listed("org_2")})
    (only,) = found.errors
    assert (only.file, only.line, only.code) == ("labs.yaml", 3, "same_organization")
    assert "the same organization as lab.yaml" in only.message


def test_a_platform_that_cannot_be_asked_is_a_warning_and_the_others_are_asked() -> None:
    rule = "rules:\n  - {name: r, when: {group: A}, grant: [{place: Cellar, role: member}]}\n"
    platforms = {
        "a": Listed(trouble=Transient("The platform is down.")),
        "b": Listed(trouble=NotPermitted("The key opens nothing.")),
        "c": Listed("org_3"),
    }
    found = check({"a": rule, "b": rule, "c": rule}, platforms)
    assert found.errors == []
    assert [str(each) for each in found.warnings] == [
        "a.yaml:3:1: a could not be asked: The platform is down. [unreachable_platform]",
        "b.yaml:3:1: b could not be asked: The key opens nothing. [unreachable_platform]",
        'c.yaml:6:49: The platform has no place "Cellar". [unknown_place]',
    ]
    assert "sk-never-shown" not in str(found)


