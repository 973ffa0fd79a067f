"""Leaving goes first, and one organization has one file (docs/decisions/0024, 0025)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scim_bridge.access.change import Change, Outcome
from tests.reconcile.conftest import MakeWorld, wrapped_world
from tests.world import World, Wrapped, mapping

ADA, GRACE = "ada@example.com", "grace@example.com"
NO_BRAKE = {"floor": 1000}


class Watching(Wrapped):
    """Remembers the order of the changes, and does something before one of them."""

    def __init__(self, connector: Any) -> None:
        super().__init__(connector)
        self.order: list[tuple[str, str]] = []
        self.before: dict[int, Callable[[], None]] = {}

    def apply(self, change: Change) -> Outcome:
        self.order.append((change.kind, change.principal.name))
        self.before.pop(len(self.order), lambda: None)()
        return super().apply(change)


def test_a_leaver_is_taken_up_before_people_who_have_waited_longer(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Watching, brake=NO_BRAKE)
    ada = world.join(ADA, "Research")
    world.settle()
    platform.order.clear()
    world.join_many(5, "Research")
    world.deactivate(ada)
    world.settle()
    kinds = [kind for kind, _ in platform.order]
    assert kinds[:2] == ["revoke", "remove_account"]
    assert kinds.count("invite") == 5


def test_a_batch_that_gives_makes_way_for_somebody_who_leaves_meanwhile(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Watching, brake=NO_BRAKE)
    ada = world.join(ADA, "Research")
    world.settle()
    platform.order.clear()
    world.join_many(8, "Research")
    platform.before[2] = lambda: world.deactivate(ada)
    world.settle()
    gone = platform.order.index(("remove_account", ADA))
    assert gone < 6
    assert [kind for kind, _ in platform.order].count("invite") == 8


def test_somebody_taken_out_of_a_group_goes_before_somebody_put_in(make_world: MakeWorld) -> None:
    world, platform = wrapped_world(make_world, Watching, brake=NO_BRAKE)
    world.group("Research", world.user(ADA))
    world.settle()
    platform.order.clear()
    grace = world.user(GRACE)
    world.empty("Research")
    world.add("Research", grace)
    world.settle()
    assert platform.order[0] == ("revoke", ADA)
    assert world.places(GRACE) == {"research": "member"}


def test_of_two_files_that_reach_one_organization_the_later_does_nothing(make_world: MakeWorld) -> None:
    other_words = mapping(connection={"path": "./sandbox.db"})  # the same words are refused on loading
    files = {"alpha": mapping(), "beta": other_words}
    world: World = make_world(files)
    world.join(ADA, "Research")
    world.settle("alpha")
    world.settle("beta")
    assert world.places(ADA) == {"research": "member"}
    waiting = [each for each in world.slate() if each.key.platform == "beta"]
    assert waiting
    assert "same organization as alpha.yaml" in str(waiting[0].reason)
