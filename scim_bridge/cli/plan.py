"""`plan` and `apply`: what would be done, and doing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.cli.asking import SOURCE, the_ids
from scim_bridge.cli.command import HELD, NO, Refusal, cli, command
from scim_bridge.cli.desk import Desk, operator, this_command
from scim_bridge.cli.pausing import Waiting, draw_paused, paused_among, waiting_on
from scim_bridge.cli.showing import change_kind, plain, reasons, row, say, state, styled, table

if TYPE_CHECKING:
    from scim_bridge.ledger.pauses import Pause
    from scim_bridge.reconcile.applying import Applied
    from scim_bridge.reconcile.preview import Preview
    from scim_bridge.wiring import House


@command(cli, "plan", short_help="Show what would be done on every platform.")
@click.option("--person", metavar="PERSON", help="Only this person's part: SCIM id, userName or externalId.")
@SOURCE
@click.option("--platform", metavar="NAME", help="Only this platform.")
def plan(desk: Desk, person: str | None, source: str | None, platform: str | None) -> int:
    """Look at every platform and show what would be done. Writes nothing. 1 when there is something, 3 when some is held."""
    from scim_bridge.reconcile.preview import preview

    house = desk.house
    if platform is not None and platform not in house.platforms.names():
        there = ", ".join(house.platforms.names()) or "none"
        raise Refusal(f'No file in force is called "{platform}.yaml". In force: {there}.', code=2)
    people = the_ids(house, person, source)
    _say_if_files_differ(desk, house)
    seen = preview(house.database, house.platforms, only=platform, people=people)
    paused = paused_among(house, seen.modes)
    desk.show({**seen.as_json(), "paused": [*paused]}, lambda out: _draw(out, seen, paused, of_all=people is None))
    for name, why in seen.problems.items():
        desk.note(f"{name}: {why}", "red")
    if seen.plan.held:
        return HELD
    return NO if seen.plan.changes or seen.problems or seen.obstacles else 0


@command(cli, "apply", short_help="Do what is wanted and not held, now.")
@click.option("--digest", metavar="DIGEST", help="Release exactly the held plan that `plan` shows under this digest.")
@click.option("--by", metavar="NAME", help="Who releases it; with --digest.")
def apply(desk: Desk, digest: str | None, by: str | None) -> int:
    """Take up changed mapping files, look at everybody afresh and do what is not held."""
    from scim_bridge.reconcile import applying

    if (digest is None) != (by is None) or (by is not None and not by.strip()):
        raise click.UsageError("--digest and --by belong together: what is released is released in somebody's name.")
    house = desk.house
    if digest is None or by is None:
        _take_up(house)
        done = applying.apply_all(house.database, house.platforms, house.hand)
    else:
        try:
            done = applying.apply_held(house.database, house.platforms, house.hand, digest=digest.strip().lower(), by=by.strip())
        except applying.MovedOn as moved:
            raise Refusal(str(moved), code=HELD, digest=moved.digest) from moved
    planned = [name for name, rules in house.platforms.rules().platforms.items() if rules.policy.mode == "plan"]
    paused = paused_among(house, done.paused)
    waiting = waiting_on(house, paused)
    document = {**done.as_json(), "waiting": list(map(vars, waiting))}
    desk.show(document, lambda out: _draw_applied(out, done, planned, paused, waiting))
    if done.held:
        return HELD
    return NO if done.left or waiting else 0


def _take_up(house: House) -> None:
    taken = house.take_up.look(settled=True, by=operator())
    if taken.errors:
        listed = "\n".join(f"  {each}" for each in taken.errors)
        problems = [vars(each) for each in taken.errors]
        raise Refusal(f"The mapping files have mistakes; nothing was changed:\n{listed}", code=NO, errors=problems)


def _say_if_files_differ(desk: Desk, house: House) -> None:
    from pathlib import Path

    from scim_bridge.mapping import revisions

    with house.database.reading() as connection:
        current = revisions.current(connection)
    try:
        digest = revisions.digest_of(revisions.read_folder(Path(house.settings.mappings)))
    except revisions.FolderUnreadable as error:
        desk.note(f"{error} The plan is by what is in force.")
        return
    if current is None:
        desk.note("No mapping file is in force yet: a worker or `apply` takes them up.")
    elif current.digest != digest:
        desk.note("The mapping files have changed and are not in force yet; this plan is by the set that is.")


def _draw(out: Console, seen: Preview, paused: Mapping[str, Pause], *, of_all: bool) -> None:
    """`of_all` is false for some people's part of the plan: releasing is of all that is held."""
    changes = seen.plan.changes
    if changes:
        made = table("platform", "who", "change", "place", "role", "because")
        for each, shown in zip(changes, seen.plan.as_json()["changes"], strict=True):
            role = f"{each.was} → {each.role}" if each.kind == "change_role" else each.role
            what = each.object_id if each.kind == "withdraw_key" else role
            place = plain(each.place) if each.place is not None else styled("account", "dim")
            who = each.user_name or f"group {each.principal.name}"
            row(made, each.platform, who, change_kind(each.kind), place, what, reasons(shown["because"]))
        out.print(made)
        counted = Counter(each.kind.replace("_", " ") for each in changes)
        say(out, plain("\n" + ", ".join(f"{number} {kind}" for kind, number in counted.most_common()) + "."))
    elif not seen.problems:
        say(out, plain(_nothing(seen, of_all=of_all)))
    for obstacle in seen.obstacles:
        say(out, state("parked") + plain(f" {obstacle.platform}, {obstacle.user_name}: {obstacle.why}"))
    for by_hand in seen.unmanaged:
        say(out, styled("unmanaged", "dim") + plain(f" {by_hand.platform}, {by_hand.user_name}: {by_hand.why}"))
    planned = [name for name, mode in seen.modes.items() if mode == "plan"]
    if planned and changes:
        say(out, styled(f"Mode plan, so nothing is written: {', '.join(planned)}. Set `mode: apply` to go live.", "dim"))
    draw_paused(out, paused)
    if seen.plan.held_digest is not None:
        draw_held(out, seen.plan.causes, seen.plan.held_digest)
        if not of_all:
            say(out, styled("  That releases everything that is held, and not this person's part alone: see `plan`.", "dim"))


def _nothing(seen: Preview, *, of_all: bool) -> str:
    if not seen.modes:
        return "No mapping file is in force, so nothing is planned."
    if seen.obstacles:
        return "Nothing can be done now; what is left waits for somebody:"
    return "Nothing to do: every platform is as the rules want it." if of_all else "Nothing to do for this person."


def _draw_applied(
    out: Console, done: Applied, planned: Sequence[str], paused: Mapping[str, Pause], waiting: Sequence[Waiting]
) -> None:
    if done.released:
        say(out, plain(f"Released for {done.released} people."))
    if done.left or waiting:
        made = table("platform", "subject", "state", "reason")
        for each in done.left:
            row(made, each.platform, each.subject, state(each.state), each.reason)
        for one in waiting:
            row(made, one.platform, one.subject, state(one.state), f"{one.platform} is paused")
        out.print(made)
        out.print()
        if done.left:
            say(out, plain(f"When the reason is gone: {this_command()} work retry"))
        draw_paused(out, paused)
    elif not done.held:
        buts = [f"{', '.join(planned)}: mode plan, nothing is written there"] if planned else []
        buts += [f"{', '.join(done.paused)}: paused, nothing is changed there until it is resumed"] if done.paused else []
        but = f" but {'; '.join(buts)}" if buts else ""
        say(out, plain(f"Done: every platform is as the rules want it{but}."))
    if done.digest is not None:
        draw_held(out, done.causes, done.digest)


def draw_held(out: Console, causes: tuple[str, ...], digest: str) -> None:
    say(out, plain("\n") + state("held_back") + plain(" The brake holds a part of this until somebody releases it:"))
    for cause in causes:
        say(out, plain(f"  {cause}"))
    say(out, plain("  to release exactly that: ") + styled(f"{this_command()} apply --digest {digest} --by NAME", "bold"))
