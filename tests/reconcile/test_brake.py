"""What is too much at once waits for a named human, and nothing else waits with it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from scim_bridge.access.plan import digest_of
from scim_bridge.db import utc_now
from scim_bridge.ledger.tables import removal
from scim_bridge.reconcile.inventory import take_inventory
from tests.reconcile.conftest import MakeWorld
from tests.world import World, mapping

ADA = "ada@example.com"


def names(count: int, prefix: str = "p") -> list[str]:
    return [f"{prefix}{number:03}@example.com" for number in range(count)]


def still_in(world: World, people: list[str], place: str = "research") -> int:
    members = {row["email"] for row in world.store().show()["memberships"] if row["place"] == place}
    return len(members & set(people))


def test_lesson_30_forty_removed_by_a_bare_remove_are_held_and_a_single_leaver_goes(world: World) -> None:
    """The fixture's push asserts the 2xx."""
    people = world.join_many(40, "Research")
    world.settle()
    before = world.writes()
    world.empty("Research")
    world.settle()
    assert still_in(world, names(40)) == 40
    assert world.writes() == before
    assert world.slate() == []  # what the brake holds is no work
    assert {each.person_id for each in world.held()} == {world.person_id(user) for user in people}
    cause = world.held()[0].cause
    assert "40 people would lose something, more than 12 of 40" in cause
    assert '40 no longer given by group "Research"' in cause
    assert [each.detail for each in world.audit("brake.held")] == [cause]

    world.deactivate(people[7])  # one of the forty
    world.settle()
    assert world.account(names(40)[7]) is None
    assert still_in(world, names(40)) == 39

    ada = world.join(ADA, "Production")
    world.settle()
    assert world.places(ADA) == {"production": "member"}  # joining goes on meanwhile
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) is None

    released = world.release("carol@example.com")
    assert len({each.person_id for each in released}) == 39
    world.settle()
    assert world.store().show()["accounts"] == []
    assert world.held() == []
    assert world.slate() == []


def test_lesson_30_a_leaver_of_the_same_moment_does_not_wait_for_the_many(world: World) -> None:
    world.join_many(20, "Research")
    ada = world.join(ADA, "Production")
    world.settle()
    world.empty("Research")
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) is None
    assert still_in(world, names(20)) == 20
    assert len(world.held()) == 20


def test_lesson_47_what_a_human_releases_is_recorded_as_the_pushes_that_asked_for_it(world: World) -> None:
    people = world.join_many(8, "Research")
    world.settle()
    world.empty("Research")
    world.settle()
    world.look_at(*people)  # a sweep comes by before anybody has released it
    emptied, cleared = world.audit("brake.held")[-1], world.audit("group.members_removed")[-1]
    assert (emptied.outcome, world.held()[0].requested_by) == ("held", cleared.request_id)
    world.release("carol@example.com")
    world.settle()
    done = world.audit("remove_account")
    assert len(done) == 8
    assert {(each.initiator, each.request_id) for each in done} == {(cleared.initiator, cleared.request_id)}
    assert [each.initiator for each in world.audit("brake.released")] == ["carol@example.com"]


def test_lesson_30_few_people_use_the_floor(world: World) -> None:
    """Five of six may go at once; a share of so few would hold everything."""
    people = world.join_many(6, "Research")
    world.settle()
    world.remove("Research", *people[:5])
    world.settle()
    assert still_in(world, names(6)) == 1
    assert world.held() == []
    world.remove("Research", people[5])
    world.settle()
    assert still_in(world, names(6)) == 1  # the sixth within the window
    assert len(world.held()) == 1


def test_lesson_30_many_who_leave_one_by_one_are_counted_over_the_window(world: World) -> None:
    people = world.join_many(8, "Research")
    world.settle()
    for user in people:
        world.deactivate(user)
        world.settle()
    assert still_in(world, names(8)) == 3
    assert "no longer active" in world.held()[0].cause
    assert {each.leaving for each in world.held()} == {True}


def test_lesson_30_what_was_lost_before_the_window_does_not_count(world: World) -> None:
    people = world.join_many(8, "Research")
    world.settle()
    for user in people[:5]:
        world.deactivate(user)
    world.settle()
    with world.database.writing() as connection:
        connection.execute(update(removal).values(at=utc_now() - timedelta(hours=2)))
    for user in people[5:]:
        world.deactivate(user)
    world.settle()
    assert still_in(world, names(8)) == 0
    assert world.held() == []


def test_what_a_human_released_does_not_count_for_the_next_ones(world: World) -> None:
    world.join_many(20, "Research")
    ada = world.join(ADA, "Production")
    world.settle()
    world.empty("Research")
    world.settle()
    world.release()
    world.settle()
    assert still_in(world, names(20)) == 0
    world.deactivate(ada)
    world.settle()
    assert world.account(ADA) is None


def test_lesson_30_role_drops_are_counted_apart(make_world: MakeWorld) -> None:
    world = make_world(brake={"floor": 2, "share": 0.1})
    world.store().add_member("root@example.com", "research", "admin")
    people = world.join_many(6, "Research")
    world.group("Research Admins", *people)
    ada = world.join(ADA, "Production")
    grace = world.join("grace@example.com", "Production")
    world.settle()
    world.remove("Production", ada, grace)  # two lose something: within the floor
    world.empty("Research Admins")  # six get a weaker role: not
    world.settle()
    assert world.account(ADA) is None
    assert {world.places(email)["research"] for email in names(6)} == {"admin"}
    assert {each.category for each in world.held()} == {"drops"}
    assert "6 people would get a weaker role" in world.held()[0].cause
    world.release()
    world.settle()
    assert {world.places(email)["research"] for email in names(6)} == {"member"}
    assert world.held() == []


def test_lesson_30_keys_are_counted_apart(make_world: MakeWorld) -> None:
    """People who lose no place and no account, and keys: the keys alone are too many."""
    rule = {"name": "staff", "when": {"group": "Staff"}, "grant": [{"account": "user"}]}
    world = make_world(rules=[rule], offboarding={"account": "keep"}, brake={"floor": 2, "share": 0.1})
    people = world.join_many(3, "Staff")
    world.settle()
    keys = [world.store().add_key(email, "research") for email in names(3)]
    platform = world.house.platforms.platform("sandbox")
    assert platform is not None
    take_inventory(world.database, platform)
    for user in people:
        world.deactivate(user)
    world.settle()
    assert [world.key(key) for key in keys] == ["active"] * 3
    assert {each.category for each in world.held()} == {"keys"}
    assert "3 people would lose keys" in world.held()[0].cause
    world.release()
    world.settle()
    assert [world.key(key) for key in keys] == ["inactive"] * 3


def test_a_mass_removal_that_is_taken_back_is_no_longer_held(world: World) -> None:
    people = world.join_many(20, "Research")
    world.settle()
    world.empty("Research")
    world.settle()
    assert len(world.held()) == 20
    world.add("Research", *people)
    world.settle()
    assert world.held() == []
    assert still_in(world, names(20)) == 20


def test_a_held_person_may_gain_meanwhile(world: World) -> None:
    people = world.join_many(20, "Research")
    world.settle()
    world.empty("Research")
    world.settle()
    world.group("Production", people[3])
    world.settle()
    assert world.places(names(20)[3]) == {"research": "member", "production": "member"}


def test_a_held_plan_has_a_digest_that_covers_exactly_what_is_held(world: World) -> None:
    world.join_many(20, "Research")
    world.settle()
    world.empty("Research")
    world.settle()
    first = digest_of(each.line() for each in world.held())
    world.look_at()
    assert digest_of(each.line() for each in world.held()) == first
    world.deactivate(world.people[names(1)[0]])
    world.settle()
    assert digest_of(each.line() for each in world.held()) != first


def test_an_emptied_set_of_rules_is_no_wish_to_remove_everybody(world: World) -> None:
    world.join_many(20, "Research")
    world.settle()
    rule = {"name": "other", "when": {"group": "Nobody"}, "grant": [{"place": "research", "role": "member"}]}
    world.write(sandbox=mapping(rules=[rule]))
    world.settle()
    assert still_in(world, names(20)) == 20
    assert len(world.held()) == 20
    assert 'no longer given by group "Research"' in world.held()[0].cause


def test_a_share_counts_for_many_people(make_world: MakeWorld) -> None:
    world = make_world(brake={"floor": 1, "share": 0.5})
    people = world.join_many(10, "Research")
    world.settle()
    world.remove("Research", *people[:5])
    world.settle()
    assert still_in(world, names(10)) == 5
    world.remove("Research", people[5])
    world.settle()
    assert still_in(world, names(10)) == 5


def test_a_number_counts_however_many_there_are(make_world: MakeWorld) -> None:
    world = make_world(brake={"floor": 1, "share": 1.0, "number": 3})
    people = world.join_many(10, "Research")
    world.settle()
    world.remove("Research", *people[:4])
    world.settle()
    assert still_in(world, names(10)) == 10
    assert "more than 3 of 10" in world.held()[0].cause


def test_two_batches_are_counted_together(make_world: MakeWorld) -> None:
    """More people than one batch serves are weighed before the first of them is touched."""
    world = make_world()
    world.join_many(55, "Research")
    world.settle()
    world.empty("Research")
    world.settle()
    assert still_in(world, names(55)) == 55
    assert len(world.held()) == 55


def test_one_platforms_brake_holds_nothing_elsewhere(make_world: MakeWorld) -> None:
    files = {
        "left": mapping(connection={"path": "left.db"}, brake={"floor": 1, "share": 0.1}),
        "right": mapping(connection={"path": "right.db"}, brake={"floor": 100}),
    }
    world = make_world(files)
    world.join_many(6, "Research")
    world.settle()
    world.empty("Research")
    world.settle()
    assert {each.platform for each in world.held()} == {"left"}
    assert world.store("right").show()["accounts"] == []
    assert len(world.store("left").show()["accounts"]) == 6
