"""One group gives access at two vendors; the person moves, is renamed, and leaves while one of them is down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.two_vendors import TwoVendors, both

ADA, NEW = "ada@example.com", "ada.lovelace@example.com"


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[TwoVendors]:
    with TwoVendors(tmp_path) as made:
        yield made


def begin(vendors: TwoVendors, kept: str | None = None) -> None:
    """One group for both vendors; the sandbox has somebody's invitation that is never accepted."""
    files = both(("Lab", "research", "weak"), ("Evals", "evals", "strong"))
    if kept is not None:
        keep = [{"id": kept, "reason": "nightly evaluation runs", "until": date(2099, 1, 31)}]
        files["claude"]["offboarding"] = {"keys": {"personal": "withdraw", "shared": "report", "keep": keep}}
    waits = {"connection": {"places": ["research"], "accept": "manual"}, "rules": [
        {"name": "lab", "when": {"group": "Lab"}, "grant": [{"place": "research", "role": "member"}]}]}  # fmt: skip
    vendors.put(sandbox=waits, **files)


def test_shown_by_3_one_group_two_vendors_a_move_a_rename_and_a_leaver_while_one_is_down(vendors: TwoVendors) -> None:
    begin(vendors)
    world = vendors.world
    ada = world.join(ADA, "Lab", "Evals")
    world.settle()
    vendors.accept(ADA)
    assert vendors.has(ADA) == {
        "claude": {"research": "workspace_user", "evals": "workspace_developer"},
        "gpt": {"research": "member", "evals": "owner"},
    }

    # she moves, and is renamed: one identity, one account at each, what she keeps is not touched
    world.remove("Evals", ada)
    world.settle()
    world.change(ada, userName=NEW, emails=[{"value": NEW, "primary": True}])
    world.settle()
    vendors.poll()
    assert vendors.has(ADA) == {"claude": {"research": "workspace_user"}, "gpt": {"research": "member"}}
    assert [email for email in vendors.gpt.state()["users"] if email.startswith("ada")] == [ADA]

    # five keys of five fates, and an invitation that is still open
    claude, gpt = vendors.claude.human, vendors.gpt.human
    disabled, kept = claude.add_key(ADA, "research"), claude.add_key(ADA, "research")
    deleted, admin = gpt.add_key(ADA, "research"), gpt.add_admin_key(ADA)
    gpt.add_service_account("research", "robot")
    robot = gpt.add_service_account_key("research", "robot")
    begin(vendors, kept)
    assert world.invitations(NEW)[-1] == "pending"

    before = vendors.leaving(NEW)
    assert before.remaining == []
    moved = {(step.kind, step.place) for step in before.steps if step.platform != "sandbox"}
    assert moved == {("revoke", "evals")}  # what the move took, at both

    # she leaves while OpenAI is down for ten minutes
    vendors.gpt.down = True
    world.deactivate(ada)
    world.settle()
    for _ in range(12):  # the growing pauses of ten minutes, one after the other
        world.later()
        world.settle()
    assert ADA not in vendors.claude.state()["users"]
    assert [vendors.claude.state()["keys"][key] for key in (disabled, kept)] == ["inactive", "active"]
    assert world.invitations(NEW)[-1] != "pending"
    during = vendors.leaving(NEW)
    assert (during.state, during.finished_at) == ("under way", None)
    clocks = {clock.platform: clock.state for clock in during.clocks}
    assert (clocks["gpt"], clocks["sandbox"]) == ("under way", "done")
    assert "gpt" in {each.platform for each in during.remaining}
    assert all(step.confirmed_at is not None for step in during.steps)

    vendors.gpt.heal()
    vendors.gpt.down = False
    world.settle_at_last()
    assert ADA not in vendors.gpt.state()["users"]
    assert [vendors.gpt.key_works(key) for key in (deleted, admin, robot)] == [False, False, True]
    after = vendors.leaving(NEW)
    assert {clock.platform: clock.state for clock in after.clocks}["gpt"] == "done"
    assert all(step.confirmed_at is not None for step in after.steps)
    assert {(step.platform, step.kind) for step in after.steps} >= {
        ("claude", "withdraw_key"), ("claude", "remove_account"), ("gpt", "withdraw_key"), ("gpt", "remove_account"),
        ("sandbox", "cancel_invitation"),
    }  # fmt: skip
    left = [(each.platform, each.object) for each in after.remaining]
    assert left == [("claude", kept)]
    assert "nightly evaluation runs" in next(each.why for each in after.remaining)
