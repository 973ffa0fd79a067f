"""`explain` and `offboarding`: one person, everything about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.cli.asking import the_person
from scim_bridge.cli.command import cli, command
from scim_bridge.cli.desk import Desk
from scim_bridge.cli.showing import change_kind, instant, lines, plain, row, say, span, state, styled, table

if TYPE_CHECKING:
    from scim_bridge.access.desired import Reason
    from scim_bridge.mapping.conditions import Answer
    from scim_bridge.reconcile.views.explain import Explanation, OnPlatform
    from scim_bridge.reconcile.views.offboarding import Offboarding

LONGEST_WHOLE = 30
"""Objects up to this long (ids of keys and invitations, most addresses) stay on one line."""

SOURCE = click.option("--source", metavar="NAME", help="Of this source, where several have somebody of that name.")


@command(cli, "explain", short_help="What a person has on every platform, and why.")
@click.argument("person")
@SOURCE
def explain(desk: Desk, person: str, source: str | None) -> None:
    """What PERSON has on every platform, since when, because of which group and line; what is missing, and why."""
    from scim_bridge.reconcile.views.explain import explain as read

    house = desk.house
    found = read(house.database, house.platforms, the_person(house, person, source).person_id)
    desk.show(found.as_json(), lambda out: _draw(out, found))


@command(cli, "offboarding", short_help="The clock of somebody's leaving: every step, and what remains.")
@click.argument("person")
@SOURCE
def offboarding(desk: Desk, person: str, source: str | None) -> None:
    """The clock from the signal that PERSON left to the last confirmed removal, every step, and what remains and why."""
    from scim_bridge.reconcile.views.offboarding import offboarding as read

    house = desk.house
    found = read(house.database, house.platforms, the_person(house, person, source))
    desk.show(found.as_json(), lambda out: _draw_leaving(out, found))


def _draw(out: Console, found: Explanation) -> None:
    person = found.person
    say(out, styled(person.user_name, "bold") + plain(f", source {person.source}"))
    groups = ", ".join(sorted(person.groups)) or "none"
    lines(out, [("active", "yes" if person.active else "no"), ("groups", groups), ("SCIM id", person.user_id or "deleted")])
    for each in found.platforms:
        _draw_platform(out, each)
    if not found.platforms:
        say(out, plain("\nNo mapping file is in force."))


def _draw_platform(out: Console, each: OnPlatform) -> None:
    where = f" by {each.file}, mode {each.mode}" if each.file else ""
    say(out, plain("\n") + styled(each.platform, "bold") + styled(where, "dim"))
    if each.held:
        made = table("place", "role", "state", "since", "because")
        for held in each.held:
            one = held.row
            place = plain(one.place) if one.place is not None else styled("account", "dim")
            role = f"{one.has} → {one.role}" if one.has else one.role
            row(made, place, role, state(one.state), instant(held.since), _because(one.because))
        out.print(made)
    else:
        say(out, plain("  nothing"))
    reason = each.work.reason if each.work is not None else None
    for why in dict.fromkeys(held.row.why for held in each.held if held.row.why and held.row.why != reason):
        say(out, plain(f"  {why}"))
    if each.work is not None and each.work.reason:
        say(out, plain("  ") + state(each.work.state) + plain(f": {each.work.reason}"))
    if each.silence is not None:
        say(out, plain(f"  {each.silence}"))
    draw_rules(out, each.rules)


def draw_rules(out: Console, rules: Sequence[Answer]) -> None:
    """Every rule of a file with what makes it hold, or where it fails."""
    for rule in rules:
        through = ", ".join(rule.groups)
        mark = styled("  holds  ", "green") if rule.holds else styled("  fails  ", "dim")
        denied = f", and denies {', '.join(rule.denies)}" if rule.denies else ""
        why = (f" through {through}" if through else "") + denied if rule.holds else f": {rule.failed}"
        say(out, mark + plain(f'"{rule.rule}" (line {rule.line}){why}'))


def _because(reasons: Sequence[Reason]) -> str:
    return "\n".join(
        f"{each.rule}" + (f" ({each.group})" if each.group else "") + f", {each.file}:{each.line}" for each in reasons
    )


def _draw_leaving(out: Console, found: Offboarding) -> None:
    say(out, styled(found.person, "bold") + plain(": ") + state(found.state))
    total = found.finished_at - found.signalled_at if found.finished_at and found.signalled_at else None
    pairs: list[tuple[str, object]] = [("signalled", instant(found.signalled_at)), ("finished", instant(found.finished_at))]
    lines(out, pairs + ([("took", span(total))] if total is not None else []))
    for clock in found.clocks:
        took = timedelta(seconds=clock.seconds) if clock.seconds is not None else None
        say(out, plain(f"  {clock.platform}: ") + state(clock.state) + plain(f" in {span(took)}" if took is not None else ""))
    if found.steps:
        made = table("platform", "step", "place", "what", "after", "answer", "confirmed")
        made.columns[3].no_wrap = max(len(step.object or "") for step in found.steps) <= LONGEST_WHOLE
        for step in found.steps:
            after = span(step.at - found.signalled_at) if found.signalled_at else None
            seen = styled("yes", "green") if step.confirmed_at else styled("not yet", "yellow")
            row(made, step.platform, change_kind(step.kind), step.place, step.object, after, step.outcome, seen)
        out.print()
        out.print(made)
    if found.remaining:
        made = table("platform", "remains", "why", "since")
        for each in found.remaining:
            row(made, each.platform, each.what or each.object, each.why, instant(each.since))
        out.print()
        out.print(made)
