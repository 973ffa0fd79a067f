"""What concerns a whole group is one mark, spread by the hand: renames, deletions, nesting, emptied groups."""

from __future__ import annotations

from datetime import timedelta

from scim_bridge.directory import persons
from scim_bridge.reconcile import fan
from tests.reconcile.conftest import MakeWorld
from tests.world import World, mapping

ADA, GRACE = "ada@example.com", "grace@example.com"


def retired(world: World) -> int:
    with world.database.reading() as connection:
        return len(persons.retired_groups(connection))


def kinds(world: World) -> list[tuple[str, str]]:
    return sorted((item.key.kind, item.state) for item in world.slate())


def test_a_group_that_gets_a_name_the_rules_know_gives_and_that_loses_it_takes(world: World) -> None:
    ada = world.user(ADA)
    world.group("Lab", ada)
    world.settle()
    assert world.account(ADA) is None
    world.rename_group("Lab", "Research")
    assert kinds(world) == [("group", "due")]
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    world.rename_group("Research", "Lab")
    world.settle()
    assert world.account(ADA) is None


def test_a_renamed_group_moves_its_people_without_a_gap_in_their_account(world: World) -> None:
    world.join(ADA, "Research")
    world.settle()
    world.rename_group("Research", "Production")
    world.settle()
    assert world.places(ADA) == {"production": "member"}
    assert world.invitations(ADA) == ["accepted"]


def test_a_deleted_group_takes_what_it_gave(world: World) -> None:
    world.join(ADA, "Research", "Production")
    world.settle()
    world.delete_group("Research")
    world.settle()
    assert world.places(ADA) == {"production": "member"}


def test_people_of_nested_groups_have_what_the_outer_one_gives(world: World) -> None:
    ada = world.user(ADA)
    inner = world.group("Inner", ada)
    world.group("Research")
    world.add("Research", inner)
    world.settle()
    assert world.places(ADA) == {"research": "member"}
    world.remove("Research", inner)
    world.settle()
    assert world.account(ADA) is None


def test_a_deleted_inner_group_takes_what_the_outer_one_gave_through_it(world: World) -> None:
    ada = world.user(ADA)
    world.group("Research")
    inner = world.group("Inner", ada)
    world.add("Research", inner)
    world.settle()
    world.delete_group("Inner")
    world.settle()
    assert world.account(ADA) is None


def test_a_large_group_is_spread_in_chunks(world: World, monkeypatch: object) -> None:
    world.join_many(7, "Lab")
    world.settle()
    chunk, fan.CHUNK = fan.CHUNK, 3
    try:
        world.rename_group("Lab", "Research")
        world.settle()
    finally:
        fan.CHUNK = chunk
    assert len(world.store().show()["memberships"]) == 7


def test_a_retired_group_is_kept_until_every_platform_has_seen_its_people_and_purged_then(make_world: MakeWorld) -> None:
    files = {name: mapping(connection={"path": f"{name}.db"}) for name in ("left", "right")}
    world = make_world(files)
    world.join(ADA, "Research")
    world.settle()
    world.delete_group("Research")
    world.settle("left")
    sweep = world.house.sweep
    sweep.look()
    assert retired(world) == 1  # the right one has not seen them
    world.settle()
    sweep._last["groups"] -= timedelta(minutes=1)
    sweep.look()
    assert retired(world) == 0
    assert world.account(ADA, "right") is None


def test_an_emptied_group_that_is_filled_again_at_once_changes_nothing(world: World) -> None:
    users = world.join_many(10, "Research")
    world.settle()
    before = world.store().show()
    world.empty("Research")
    world.add("Research", *users)
    world.settle()
    assert world.store().show() == before
    assert world.held() == []


def test_everything_done_names_the_rule_and_the_request_that_asked_for_it(world: World) -> None:
    world.join(ADA, "Research")
    world.settle()
    (grant,) = world.audit("grant")
    (push,) = world.audit("group.members_added")
    assert grant.rule == "research"
    assert grant.request_id == push.request_id
    assert grant.source == "default"
    assert grant.person_id == world.person_id(ADA)
