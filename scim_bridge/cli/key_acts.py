"""`keys withdraw` and `keys restore`: a plan about one key, and doing it in somebody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from scim_bridge.cli.asking import LONGEST_NAME, known_platform
from scim_bridge.cli.command import NO, Refusal, command
from scim_bridge.cli.desk import Desk, this_command
from scim_bridge.cli.keys import belongs, keys, look_at_keys
from scim_bridge.cli.showing import change_kind, instant, lines, plain, say, state, styled
from scim_bridge.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from scim_bridge.ledger.key_requests import Action
    from scim_bridge.reconcile.key_asking import Done, KeyPlan

KEY = click.argument("key_id", metavar="ID")
PLATFORM = click.option("--platform", metavar="NAME", help="Where the key is, when several platforms have that id.")
BY = click.option("--by", metavar="NAME", help="Who asks for it. Without a name the plan is shown and nothing is done.")
DIGEST = click.option("--digest", metavar="DIGEST", help="Only if the plan is still the one that was shown; with --by.")


@command(keys, "withdraw")
@KEY
@PLATFORM
@BY
@DIGEST
def withdraw(desk: Desk, key_id: str, platform: str | None, by: str | None, digest: str | None) -> int:
    """Take one key away, whoever's it is. With --by NAME it is done, in that name."""
    return _act(desk, "withdraw_key", key_id, platform, by, digest)


@command(keys, "restore")
@KEY
@PLATFORM
@BY
@DIGEST
def restore(desk: Desk, key_id: str, platform: str | None, by: str | None, digest: str | None) -> int:
    """Give back a key that the bridge withdrew, where the platform can. With --by NAME it is done, in that name."""
    return _act(desk, "restore_key", key_id, platform, by, digest)


def _act(desk: Desk, action: Action, key_id: str, platform: str | None, by: str | None, digest: str | None) -> int:
    by = by.strip() if by is not None else None
    if by == "" or (digest is not None and by is None):
        raise click.UsageError("--digest and --by NAME belong together: what is done is done in somebody's name.")
    if by is not None and len(by) > LONGEST_NAME:
        raise click.UsageError(f"--by takes a name of at most {LONGEST_NAME} characters.")
    plan = _plan(desk, action, key_id.strip(), platform)
    if by is None:
        desk.show(plan.as_json(), lambda out: _draw_plan(out, plan))
        return NO if plan.refusal is not None else 0
    if plan.refusal is not None:
        raise Refusal(plan.refusal, code=NO)
    if digest is not None and digest.strip().lower() != plan.digest:
        raise Refusal(f"The plan has moved on: it is {plan.digest} now. Look at it, then ask again.", code=NO, digest=plan.digest)
    done = _do(desk, plan, by)
    desk.show(_document(plan, done, by), lambda out: _draw_done(out, plan, done))
    return 0 if done.done else NO


def _do(desk: Desk, plan: KeyPlan, by: str) -> Done:
    from scim_bridge.reconcile.key_asking import Done, ask, work_on

    if plan.nothing_to_do is not None:
        return Done("done", plan.nothing_to_do)
    house = desk.house
    asked_at = ask(house.database, plan, by)
    return work_on(house.database, house.hand, plan, since=asked_at)


def _plan(desk: Desk, action: Action, key_id: str, platform: str | None) -> KeyPlan:
    """By the books; where they stand in the way or know no such key, by a fresh look."""
    from scim_bridge.reconcile.key_asking import plan_key

    house = desk.house
    known_platform(house, platform)
    names, looked = _where(desk, key_id, platform), False
    if not names:
        look_at_keys(desk, platform)
        names, looked = _where(desk, key_id, platform), True
    if not names:
        at = f"on {platform}" if platform is not None else "on any platform"
        raise NotFoundError(f'There is no key "{key_id}" {at}. The ids are in: {this_command()} keys list')
    if len(names) > 1:
        raise UsageError(f'Several platforms have a key "{key_id}": {", ".join(names)}. Say which with --platform NAME.')
    plan = plan_key(house.database, house.platforms, action, names[0], key_id)
    if (plan.refusal or plan.nothing_to_do) and not looked:
        look_at_keys(desk, names[0])
        plan = plan_key(house.database, house.platforms, action, names[0], key_id)
    return plan


def _where(desk: Desk, key_id: str, platform: str | None) -> list[str]:
    from scim_bridge.reconcile.views.keys import keys as read

    found = read(desk.house.database, desk.house.platforms, platform=platform, key_id=key_id)
    return sorted({each.platform for each in found})


def _document(plan: KeyPlan, done: Done, by: str) -> dict[str, Any]:
    return {**plan.as_json(), "by": by, "done": done.done, "state": done.state, "answer": done.answer}


def _draw_plan(out: Console, plan: KeyPlan) -> None:
    key = plan.key
    lines(
        out,
        [
            ("platform", key.platform),
            ("change", change_kind(plan.action)),
            ("key", f"{key.id} ({key.hint or 'no hint'})"),
            ("belongs to", belongs(key) or "nobody"),
            ("place", key.place or "the organization"),
            ("status", state(key.status)),
            ("last used", instant(key.last_used_at)),
            ("exception", str(key.exception) if key.exception is not None else "none"),
            ("protected", "yes" if plan.protected else "no"),
            ("digest", plan.digest),
        ],
    )
    for note in plan.notes:
        say(out, styled("note ", "yellow") + plain(note))
    if plan.refusal is not None:
        say(out, state("refused") + plain(f" {plan.refusal}"))
    elif plan.nothing_to_do is not None:
        say(out, plain(plan.nothing_to_do))
    else:
        word = plan.action.removesuffix("_key")
        asked = f"{this_command()} keys {word} {key.id} --platform {key.platform} --digest {plan.digest} --by NAME"
        say(out, plain("Nothing was changed. To do exactly that: ") + styled(asked, "bold"))


def _draw_done(out: Console, plan: KeyPlan, done: Done) -> None:
    words = plan.action.replace("_", " ")
    if done.done:
        say(out, state("done") + plain(f" {plan.key.platform}, {words} {plan.key.id}: {done.answer}"))
        return
    say(out, state(done.state) + plain(f" {plan.key.platform}, {words} {plan.key.id}: {done.answer}"))
    if done.state == "parked":
        say(out, plain(f"When the reason is gone: {this_command()} work retry --platform {plan.key.platform}"))
    else:
        say(out, plain("It stays asked for; the worker goes on with it."))
