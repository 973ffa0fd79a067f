"""`explain`: one person, everything they have and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from scim_bridge.cli.asking import SOURCE, the_person
from scim_bridge.cli.command import cli, command
from scim_bridge.cli.desk import Desk
from scim_bridge.cli.showing import instant, lines, plain, row, say, state, styled, table

if TYPE_CHECKING:
    from scim_bridge.access.desired import Reason
    from scim_bridge.mapping.conditions import Answer
    from scim_bridge.mapping.told import Told
    from scim_bridge.reconcile.views.behind import Plan, Push
    from scim_bridge.reconcile.views.explain import Explanation, Held, OnPlatform


@command(cli, "explain", short_help="What a person has on every platform, and why.")
@click.argument("person")
@SOURCE
def explain(desk: Desk, person: str, source: str | None) -> None:
    """What PERSON has on every platform, since when, because of which group, line and push; what is missing, and why."""
    from scim_bridge.reconcile.views.explain import explain as read

    house = desk.house
    found = read(house.database, house.platforms, the_person(house, person, source).person_id)
    desk.show(found.as_json(), lambda out: _draw(out, found))


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
        _draw_access(out, each.held)
        _draw_behind(out, each.held)
    elif not each.keys:
        say(out, plain("  nothing"))
    for key in each.keys:
        where = f" of {key.place}" if key.place else ""
        say(out, plain(f"  {key.kind} key {key.hint or key.id}{where} remains: {key.why}"))
    _draw_missing(out, each)
    if each.said is not None:
        draw_rules(out, each.said.rules)


def _draw_access(out: Console, rows: Sequence[Held]) -> None:
    made = table("place", "role", "state", "since", "because")
    for held in rows:
        one = held.row
        role = f"{one.has} → {one.role}" if one.has else one.role
        row(made, _place(one.place), role, state(one.state), instant(held.since), because(one.because))
    out.print(made)


def _draw_behind(out: Console, rows: Sequence[Held]) -> None:
    """The push, the plan and the answer of each, where anything is known of them."""
    told = [held for held in rows if held.behind.push or held.behind.plan or held.behind.answer]
    if not told:
        return
    made = table("place", "came of", "answer")
    for held in told:
        came_of = "\n".join(filter(None, (_push(held.behind.push), _plan(held.behind.plan))))
        row(made, _place(held.row.place), came_of, held.behind.answer)
    out.print()
    out.print(made)


def _draw_missing(out: Console, each: OnPlatform) -> None:
    """What is not as wanted and why, each sentence once; what is denied, and by which rule."""
    whys = dict.fromkeys((held.row.state, held.behind.why) for held in each.held if held.behind.why)
    for word, why in whys:
        say(out, plain("  ") + state(word) + plain(f": {why}"))
    reason = each.work.reason if each.work is not None else None
    if each.work is not None and reason and reason not in [why for _, why in whys]:
        say(out, plain("  ") + state(each.work.state) + plain(f": {reason}"))
    if each.said is not None:
        draw_denied(out, each.said)
    if each.silence is not None:
        say(out, plain(f"  {each.silence}"))


def draw_denied(out: Console, said: Told) -> None:
    for one in said.denied:
        denial = because(one.denied_by).replace("\n", "; ")
        say(out, plain("  ") + styled("denied", "yellow") + plain(f": {one.role} in {one.place}, by {denial}"))


def draw_rules(out: Console, rules: Sequence[Answer]) -> None:
    """Every rule of a file with what makes it hold, or where it fails."""
    for rule in rules:
        through = ", ".join(rule.groups)
        mark = styled("  holds  ", "green") if rule.holds else styled("  fails  ", "dim")
        denied = f", and denies {', '.join(rule.denies)}" if rule.denies else ""
        why = (f" through {through}" if through else "") + denied if rule.holds else f": {rule.failed}"
        say(out, mark + plain(f'"{rule.rule}" (line {rule.line}){why}'))


def because(reasons: Sequence[Reason]) -> str:
    """Rule, group, file and line of each, one a line."""
    return "\n".join(
        f"{each.rule}" + (f" ({each.group})" if each.group else "") + f", {each.file}:{each.line}" for each in reasons
    )


def _place(place: str | None) -> Text:
    return plain(place) if place is not None else styled("account", "dim")


def _push(push: Push | None) -> str | None:
    if push is None:
        return None
    what = push.action.replace(".", " ").replace("_", " ") + (f" of {push.group}" if push.group else "")
    asked = f", request {push.request_id}" if push.request_id else ""
    return f"{what}, pushed by {push.initiator} of {push.source}, {instant(push.at)}{asked}"


def _plan(plan: Plan | None) -> str | None:
    if plan is None:
        return None
    revision = f"mapping revision {plan.revision}" if plan.revision is not None else None
    freed = f"released by {plan.by}, digest {plan.digest}" if plan.by is not None else None
    held = f"held by the brake, digest {plan.digest}" if plan.digest is not None and plan.by is None else None
    return "\n".join(filter(None, (revision, freed, held)))
