"""`okta`: how the provisioning app stands in Okta, and taking in what pushes have missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress, TextColumn

from scim_bridge.cli.command import NO, cli, command
from scim_bridge.cli.desk import Desk, operator, this_command
from scim_bridge.cli.showing import instant, lines, plain, row, say, state, styled, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scim_bridge.settings import Settings
    from scim_bridge.sources.difference import Difference
    from scim_bridge.sources.okta import OktaSource
    from scim_bridge.sources.take_in import Outcome
    from scim_bridge.wiring import House


@cli.group("okta", short_help="Ask Okta: how the app stands, what the bridge has missed.")
def okta() -> None:
    """Reads the app named by SCIM_BRIDGE_OKTA_APP_ID through Okta's API. Nothing in Okta is changed."""


@command(okta, "status")
def status(desk: Desk) -> int:
    """The app, its assignments, its group pushes with their errors, the last provisioning events; beside what the bridge has."""
    house = desk.house
    received = _received(house)
    found = okta_source(desk.settings).status()
    desk.show({**found.as_json(), "bridge": received}, lambda out: _draw_status(out, found.as_json(), received))
    return NO if found.problems or any(each.error for each in found.mappings) else 0


@command(okta, "backfill")
@click.option("--apply", "deed", is_flag=True, help="Take the differences in; without it they are only shown.")
def backfill(desk: Desk, deed: bool) -> int:
    """Read the app's people and pushed groups, compare them with the bridge's, and show the differences."""
    from scim_bridge.sources.backfill import compare
    from scim_bridge.sources.book import read_book

    house = desk.house
    source = okta_source(desk.settings)
    source_id = _source_id(house)
    with _progress(desk) as progress:
        book = read_book(house.database, source_id)  # before Okta: whoever is pushed in between must not look gone
        listing = source.read(progress)
        found = compare(listing.people, listing.groups, book, progress)
        outcomes = _take_in(house, source, source_id, found, progress) if deed else ()
    problems = [each for each in outcomes if each.problem is not None]
    document = {
        "differences": [each.as_json() for each in found],
        "taken_in": len(outcomes) - len(problems),
        "problems": [{"kind": each.difference.kind, "subject": each.difference.subject, "why": each.problem} for each in problems],
        "applied": deed,
    }
    desk.show(document, lambda out: _draw_backfill(out, found, outcomes, deed=deed))
    left = [each for each in found if not each.can_be_taken_in]
    return NO if problems or left or (found and not deed) else 0


def okta_source(settings: Settings) -> OktaSource:
    """Okta, as the settings name it. `SettingsError` where they do not."""
    from scim_bridge.sources.okta import OktaConnection, OktaSource

    return OktaSource(
        OktaConnection(
            org_url=settings.okta_org_url or "",
            app_id=settings.okta_app_id or "",
            token=settings.okta_token,
            client_id=settings.okta_client_id,
            private_key=settings.okta_private_key,
            key_id=settings.okta_key_id,
            dpop=settings.okta_dpop,
            ca_file=settings.okta_ca_file,
        )
    )


def _source_id(house: House) -> int:
    from scim_bridge.directory import sources

    with house.database.reading() as connection:
        return sources.find(connection, house.settings.okta_source).id


def _take_in(
    house: House, source: OktaSource, source_id: int, found: Sequence[Difference], progress: Callable[[str, int], None]
) -> tuple[Outcome, ...]:
    from scim_bridge.db import utc_now
    from scim_bridge.intake.push import Push
    from scim_bridge.sources.pushes import IntakePusher
    from scim_bridge.sources.take_in import take_in

    initiator = f"okta backfill by {operator()}"
    name = house.settings.okta_source
    pusher = IntakePusher(house.database, lambda: Push(source_id, name, initiator, utc_now(), ""))
    return take_in(found, pusher, source.standing, progress)


def _received(house: House) -> dict[str, Any]:
    """What the bridge has of this source, and when it was last pushed to."""
    from scim_bridge.directory import tokens
    from scim_bridge.directory.pages import Wanted, page_of_groups, page_of_users

    name, source_id = house.settings.okta_source, _source_id(house)
    with house.database.reading() as connection:
        counted = Wanted(source_id, "", count=0)
        used = [each.last_used_at for each in tokens.list_all(connection, name) if each.last_used_at is not None]
        return {
            "source": name,
            "users": page_of_users(connection, counted).total,
            "groups": page_of_groups(connection, counted).total,
            "last_request_at": max(used, default=None),
        }


@contextmanager
def _progress(desk: Desk) -> Iterator[Callable[[str, int], None]]:
    """One line on stderr that counts, on a terminal alone."""
    columns = TextColumn("{task.description}"), TextColumn("{task.completed:.0f}")
    with Progress(*columns, console=desk.err, transient=True, disable=not desk.err.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, count: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.update(tasks[what], completed=count)

        yield tell


def _draw_status(out: Console, found: Mapping[str, Any], received: Mapping[str, Any]) -> None:
    app = found["app"]
    say(out, styled(app["label"], "bold") + plain(f"  {app['id']}, {app['status'].lower()}"))
    people = ", ".join(f"{number} {word.lower()}" for word, number in found["user_statuses"].items()) or "none"
    lines(out, [
        ("features", ", ".join(app["features"]) or ", ".join(found["provisioning"]) or "none"),
        ("assigned people", f"{found['assigned_users']}: {people}"),
        ("assigned groups", found["assigned_groups"]),
        ("in the bridge", f"{received['users']} people, {received['groups']} groups of source {received['source']}"),
        ("last request", instant(received["last_request_at"])),
    ])  # fmt: skip
    if found["mappings"]:
        made = table("pushed group", "to", "state", "last push", "error")
        for each in found["mappings"]:
            row(made, each["source"], each["target"], state(each["status"].lower()), each["last_push"], each["error"])
        out.print()
        out.print(made)
    if found["events"]:
        made = table("at", "event", "about", "outcome", "reason")
        for each in found["events"]:
            row(made, each["at"], each["message"], each["subject"], state(each["outcome"].lower()), each["reason"])
        out.print()
        out.print(made)
    for problem in found["problems"]:
        say(out, styled(problem, "yellow"))


def _draw_backfill(out: Console, found: Sequence[Difference], outcomes: Sequence[Outcome], *, deed: bool) -> None:
    if not found:
        say(out, plain("Okta and the bridge agree."))
        return
    made = table("difference", "who or what", "detail")
    for each in found:
        row(made, state(each.kind), each.subject, each.detail)
    out.print(made)
    problems = [each for each in outcomes if each.problem is not None]
    for outcome in problems:
        say(out, styled(f"{outcome.difference.subject}: {outcome.problem}", "yellow"))
    able = sum(each.can_be_taken_in for each in found)
    if deed:
        say(out, plain(f"\n{len(outcomes) - len(problems)} of {able} taken in."))
    elif able:
        say(out, plain(f"\n{able} can be taken in: {this_command()} okta backfill --apply"))
