"""A person described in a file, YAML or JSON, as beside the mapping files: SCIM attributes, groups, a source."""

from __future__ import annotations

from dataclasses import dataclass, replace

from marshmallow import ValidationError

from scim_bridge.access.person import Person
from scim_bridge.mapping import nodes
from scim_bridge.mapping.cases import read_person
from scim_bridge.mapping.model import PlatformRules
from scim_bridge.mapping.problems import Problem
from scim_bridge.mapping.schema import SOMEBODY
from scim_bridge.mapping.shapes import note
from scim_bridge.mapping.spot import Spot


@dataclass(frozen=True)
class Somebody:
    """`source` None: whichever a file speaks of first."""

    person: Person
    source: str | None

    def before(self, rules: PlatformRules) -> Person:
        """The person as one file is asked about them."""
        return replace(self.person, source=self.source or rules.sources[0])


def read_somebody(file: str, content: bytes) -> tuple[Somebody | None, tuple[Problem, ...]]:
    """The person, or everything that is wrong with the file, each mistake at its line and column."""
    document = nodes.read(file, content)
    top = Spot(document.content, (), document.report)
    if not isinstance(document.content, dict):
        if not document.report.errors:
            top.error("wrong_type", "A person is described by a mapping with `person`, and `groups` where there are any.")
        return None, tuple(sorted(set(document.report.errors)))
    try:
        SOMEBODY.load(document.content)
    except ValidationError as error:
        note(document.report, error)
    source = top["source"].text
    groups = frozenset(item.text for item in top["groups"].items() if item.text)
    person = read_person(top["person"], source or "", groups)
    errors = tuple(sorted(set(document.report.errors)))
    return (Somebody(person, source) if not errors else None), errors
