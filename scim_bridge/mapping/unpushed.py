"""Groups and sources that rules name and that nobody has pushed: a slip, or something that has still to come. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from scim_bridge.mapping.findings import tops
from scim_bridge.mapping.model import PlatformRules, RuleSet, When
from scim_bridge.mapping.problems import Problem, Report, did_you_mean
from scim_bridge.scim.fold import fold

MOST_SUGGESTED_FROM = 5_000
"""Among more names than this none is looked for that was meant."""

Pushed = Mapping[str, Collection[str]]
"""By source, the display names of its groups. A source that is not here does not exist."""


def unpushed(files: Mapping[str, bytes], rules: RuleSet, pushed: Pushed) -> tuple[Problem, ...]:
    """Warnings about files that loaded without errors.

    A source that has pushed no group yet says nothing about groups.
    """
    found: list[Problem] = []
    for platform, top in tops(files, rules):
        report = top.report
        _check_sources(platform, report, pushed)
        for number, rule in enumerate(platform.rules):
            sources = platform.sources if rule.when.source is None else (rule.when.source,)
            names = {fold(name): name for source in sources for name in pushed.get(source, ())}
            if names:
                _check_groups(rule.when, number, report, names)
        found += report.warnings
    return tuple(sorted(found))


def _check_sources(platform: PlatformRules, report: Report, pushed: Pushed) -> None:
    for index, source in enumerate(platform.sources):
        if source not in pushed:
            hint = did_you_mean(source, pushed) or " Add it: `scim-bridge source add`."
            report.warn(("sources", index), "unknown_source", f'There is no source "{source}".{hint}')


def _check_groups(when: When, number: int, report: Report, names: Mapping[str, str]) -> None:
    """`names` holds what was pushed, by the folded name."""
    path = ("rules", number, "when")
    asked = [((*path, "group"), when.group)] if when.group is not None else []
    for where, name in [*asked, *(((*path, "groups", index), name) for index, name in enumerate(when.groups))]:
        if fold(name) not in names:
            hint = did_you_mean(name, names.values()) if len(names) <= MOST_SUGGESTED_FROM else ""
            report.warn(where, "unknown_group", f'No group "{name}" has been pushed.{hint}')
    if when.pattern is not None and not any(when.pattern.match(name) is not None for name in names.values()):
        message = f'No group that has been pushed fits "{when.pattern.text}".'
        report.warn((*path, "group_pattern"), "unknown_group", message)
