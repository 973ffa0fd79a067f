"""`offboarding`: one person's leaving, everybody's of some days, and the sweep of leavers."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
from rich.console import Console

from scim_bridge.cli.asking import SOURCE, known_platform, the_person
from scim_bridge.cli.asking import since as moment_of
from scim_bridge.cli.command import HELD, NO, cli, command
from scim_bridge.cli.desk import Desk
from scim_bridge.cli.plan import draw_held
from scim_bridge.cli.sheet import sheet
from scim_bridge.cli.showing import NOTHING, change_kind, instant, lines, plain, row, say, span, state, styled, table

if TYPE_CHECKING:
    from scim_bridge.audit.records import Happening
    from scim_bridge.directory.persons import FoundPerson
    from scim_bridge.reconcile.sweep_now import Swept
    from scim_bridge.reconcile.views.leavers import Leavers, OnPlatform, Pace
    from scim_bridge.reconcile.views.offboarding import Clock, Offboarding, Remaining
    from scim_bridge.wiring import House

LONGEST_WHOLE = 30
"""Objects up to this long (ids of keys and invitations, most addresses) stay on one line."""

HEADER = ("person", "source", "platform", "state", "signalled_at", "finished_at", "seconds", "remaining", "returned")


@command(cli, "offboarding", short_help="The clock of leaving: every step, and what remains.")
@click.argument("person", required=False)
@SOURCE
@click.option("--since", metavar="TIME", help="Everybody who left since: a date, an instant, or a span such as 7d.")
@click.option("--until", metavar="TIME", help="And before this; with --since.")
@click.option("--platform", metavar="NAME", help="Only this platform; with --since or --sweep.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a line for each leaver and platform; not with --sweep.")
@click.option("--sweep", is_flag=True, help="Look for every leaver again, now, and withdraw what came back.")
def offboarding(
    desk: Desk,
    person: str | None,
    source: str | None,
    since: str | None,
    until: str | None,
    platform: str | None,
    as_csv: bool,
    sweep: bool,
) -> int:
    """The clock from the signal that PERSON left to the last confirmed removal, every step, and what remains and why.

    With --since, everybody who left, median and p99: 1 when somebody's leaving is under way. With --sweep, what came back after
    leaving is withdrawn: 1 when something remains, 3 when the brake holds some.
    """
    _check(person, since, sweep, until=until, as_csv=as_csv, as_json=desk.as_json)
    if source is not None and person is None:
        raise click.UsageError("--source says which PERSON is meant.")
    if platform is not None:
        if person is not None:
            raise click.UsageError("--platform belongs to --since and --sweep; a person's leaving is shown whole.")
        known_platform(desk.house, platform)
    if sweep:
        return _sweep(desk, platform)
    if since is not None:
        return _range(desk, since, until, platform, as_csv=as_csv)
    _one(desk, person or "", source, as_csv=as_csv)
    return 0


def _check(
    person: str | None, since: str | None, sweep: bool, *, until: str | None, as_csv: bool, as_json: bool
) -> None:
    if sum([person is not None, since is not None, sweep]) != 1:
        raise click.UsageError("Say whose leaving: a PERSON, or everybody's with --since TIME; or --sweep looks for leavers again.")
    if until is not None and since is None:
        raise click.UsageError("--until belongs to --since.")
    if as_csv and sweep:
        raise click.UsageError("--csv belongs to a PERSON or --since.")
    if as_json and as_csv:
        raise click.UsageError("Choose one of --json and --csv.")


def _one(desk: Desk, person: str, source: str | None, *, as_csv: bool) -> None:
    from scim_bridge.reconcile.views.offboarding import offboarding as read

    house = desk.house
    known = the_person(house, person, source)
    if as_csv:
        _print_sheet(_cells_of_one(house, known))
        return
    found = read(house.database, house.platforms, known)
    desk.show({**found.as_json(), "source": known.source}, lambda out: _draw_one(out, found))


def _range(desk: Desk, since: str, until: str | None, platform: str | None, *, as_csv: bool) -> int:
    from scim_bridge.db import utc_now
    from scim_bridge.reconcile.views.leavers import leavers

    house, now = desk.house, utc_now()
    start, end = moment_of(since, now), moment_of(until, now)
    assert start is not None
    if end is not None and end <= start:
        raise click.UsageError("--until is after --since.")
    found = leavers(house.database, house.platforms, since=start, until=end, only=platform)
    if as_csv:
        _print_sheet(_cells(found))
        desk.note(_pace_in_words(found.pace))
    else:
        desk.show(found.as_json(), lambda out: _draw_range(out, found))
    return NO if found.count("under way") else 0


def _sweep(desk: Desk, platform: str | None) -> int:
    from scim_bridge.reconcile.sweep_now import sweep_now

    house = desk.house
    done = sweep_now(house.database, house.platforms, house.hand, only=platform)
    desk.show(done.as_json(), lambda out: _draw_swept(out, done))
    for name, rules in house.platforms.rules().platforms.items():
        if rules.policy.mode == "plan" and platform in (None, name):
            desk.note(f"{name}: mode plan, nothing is looked for there.")
    if done.held:
        return HELD
    return NO if done.left else 0


def _draw_one(out: Console, found: Offboarding) -> None:
    say(out, styled(found.person, "bold") + plain(": ") + state(found.state))
    total = found.finished_at - found.signalled_at if found.finished_at and found.signalled_at else None
    pairs: list[tuple[str, object]] = [("signalled", instant(found.signalled_at)), ("finished", instant(found.finished_at))]
    lines(out, pairs + ([("took", span(total))] if total is not None else []))
    for clock in found.clocks:
        took = _took(clock.seconds) if clock.seconds is not None else None
        say(out, plain(f"  {clock.platform}: ") + state(clock.state) + plain(f" in {took}" if took is not None else ""))
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


def _draw_range(out: Console, found: Leavers) -> None:
    if not found.leavers:
        say(out, plain("Nobody left within that time."))
        return
    made = table("who", "platform", "state", "signalled", "took", "what remains, and why")
    for leaver in found.leavers:
        if not leaver.platforms:
            row(made, leaver.person, None, state(leaver.state), instant(leaver.signalled_at), None, None)
        for each in leaver.platforms:
            took = _took(each.seconds) if each.seconds is not None else None
            row(made, leaver.person, each.platform, state(each.state), instant(each.signalled_at), took, "\n".join(_notes(each)))
    out.print(made)
    out.print()
    _draw_pace(out, found)


def _notes(each: OnPlatform) -> list[str]:
    remaining = [_remaining(one) for one in each.remaining]
    return remaining + [f"came back {instant(back.at)}: {back.detail}" for back in each.returned]


def _draw_pace(out: Console, found: Leavers) -> None:
    made = table("platform", "done", "under way", "median", "p99")
    paces = [*found.platforms.items(), ("all", found.pace)]
    for name, pace in paces:
        row(made, name, str(pace.done), str(pace.under_way), *_spans(pace))
    out.print(made)
    rest = {"rehired": found.count("rehired"), "with nothing to do": found.count("nothing to do")}
    told = ", ".join([f"{len(found.leavers)} left", *(f"{count} {word}" for word, count in rest.items() if count)])
    say(out, plain(f"\n{told}. The time counts from the signal."))


def _spans(pace: Pace) -> tuple[str | None, str | None]:
    median, worst = pace.median_seconds, pace.p99_seconds
    return (_took(median) if median is not None else None, _took(worst) if worst is not None else None)


def _took(seconds: float) -> str:
    return span(timedelta(seconds=seconds))


def _pace_in_words(pace: Pace) -> str:
    median, worst = _spans(pace)
    return f"median {median or NOTHING}, p99 {worst or NOTHING}: {pace.done} done, {pace.under_way} under way"


def _print_sheet(rows: Iterable[tuple[object, ...]]) -> None:
    sys.stdout.write(sheet(HEADER, rows))
    sys.stdout.flush()


def _cells(found: Leavers) -> Iterator[tuple[object, ...]]:
    for leaver in found.leavers:
        if not leaver.platforms:
            yield leaver.person, leaver.source, None, leaver.state, _iso(leaver.signalled_at), None, None, None, None
        for each in leaver.platforms:
            yield leaver.person, leaver.source, *_line(each, each.signalled_at, each.remaining, each.returned)


def _cells_of_one(house: House, person: FoundPerson) -> Iterator[tuple[object, ...]]:
    """The same lines about one person, whenever they left."""
    from scim_bridge.reconcile.views.leaving_books import read_books
    from scim_bridge.reconcile.views.offboarding import judged, left_at

    books = read_books(house.database, house.platforms, {person.person_id: left_at(person)})[person.person_id]
    found = judged(person, books, house.platforms.rules().platforms)
    if not found.clocks:
        yield person.user_name, person.source, None, found.state, _iso(found.signalled_at), None, None, None, None
    for clock in found.clocks:
        remaining = [each for each in found.remaining if each.platform == clock.platform]
        returned = [each for each in books.returned if each.platform == clock.platform]
        yield person.user_name, person.source, *_line(clock, found.signalled_at, remaining, returned)


def _line(
    each: Clock | OnPlatform, signalled_at: datetime | None, remaining: Iterable[Remaining], returned: Iterable[Happening]
) -> tuple[object, ...]:
    """One platform: what stands behind person and source."""
    left = "; ".join(map(_remaining, remaining))
    back = "; ".join(one.detail or "" for one in returned)
    return each.platform, each.state, _iso(signalled_at), _iso(each.finished_at), each.seconds, left, back


def _iso(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z") if when is not None else None


def _remaining(each: Remaining) -> str:
    return f"{each.what or each.object}: {each.why}"


def _draw_swept(out: Console, done: Swept) -> None:
    if done.found:
        made = table("platform", "who", "what came back")
        for person, back in done.found:
            row(made, back.platform, person, back.detail)
        out.print(made)
        out.print()
    if done.withdrawn:
        made = table("platform", "who", "step", "place", "what", "confirmed")
        for person, step in done.withdrawn:
            seen = styled("yes", "green") if step.confirmed_at else styled("not yet", "yellow")
            row(made, step.platform, person, change_kind(step.kind), step.place, step.object, seen)
        out.print(made)
        out.print()
    for each in done.left:
        why = f": {each.reason}" if each.reason else ""
        say(out, state(each.state) + plain(f" {each.platform}, {each.subject}{why}"))
    looked = "1 look" if done.asked == 1 else f"{done.asked} looks"
    say(out, plain(f"{looked} at leavers; {len(done.found)} came back, {len(done.withdrawn)} things withdrawn."))
    if done.digest is not None:
        draw_held(out, tuple(done.causes), done.digest)
