"""What is legal in a set of files and most likely not meant: rules that never hold, rules that change nothing. Reaches nothing.

Looked for when somebody asks (`mapping check`), not on every loading: it compares each rule with each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scim_bridge.access.connector import ConnectorType
from scim_bridge.mapping import nodes
from scim_bridge.mapping.model import PlatformRules, Rule, RuleSet
from scim_bridge.mapping.pointless import Pointless, pointless
from scim_bridge.mapping.problems import Problem
from scim_bridge.mapping.reach import unreachable
from scim_bridge.mapping.spot import Spot


def findings(files: Mapping[str, bytes], rules: RuleSet, types: Mapping[str, ConnectorType]) -> tuple[Problem, ...]:
    """Warnings about files that loaded without errors."""
    found: list[Problem] = []
    for platform, top in tops(files, rules):
        report, can = top.report, types[platform.connector].capabilities(platform.connection)
        for number, why in unreachable(platform).items():
            report.warn(("rules", number, "when", "person"), "unreachable_rule", f'"{platform.rules[number].name}": {why}')
        for each in pointless(platform, can):
            report.warn(("rules", each.number), "pointless_rule", _sentence(platform.rules[each.number], each))
        found += report.warnings
    return tuple(sorted(found))


def tops(files: Mapping[str, bytes], rules: RuleSet) -> Iterator[tuple[PlatformRules, Spot]]:
    """Each platform of a set that loaded, with its file as values that know where they stand, and an empty report."""
    for platform in rules.platforms.values():
        document = nodes.read(platform.file, files[platform.file])
        document.report.warnings.clear()
        yield platform, Spot(document.content, (), document.report)


def _sentence(rule: Rule, found: Pointless) -> str:
    what = "gives" if not rule.denies else "denies" if not (rule.grants or rule.accounts) else "gives and denies"
    done = f"what it {what} comes of {_named(found.done_by)} as well" if found.done_by else ""
    undone = f"what it gives is denied by {_named(found.undone_by)}" if found.undone_by else ""
    return (
        f'"{rule.name}" changes nothing for anybody: whenever it holds, '
        f"{', and '.join(filter(None, (done, undone)))}. Take it out, or look at its conditions."
    )


def _named(rules: Iterable[Rule]) -> str:
    return " and ".join(f'"{rule.name}" (line {rule.line})' for rule in rules)
