"""One person on one platform, wish beside ledger. Cases that a sandbox alone does not bring about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scim_bridge.access.connector import Capabilities
from scim_bridge.access.desired import Grant, PlaceName, Reason
from scim_bridge.access.policy import Accounts, Offboarding, Policy
from scim_bridge.access.standing import Holding, OwnAccount, Standing
from scim_bridge.ledger.holds import Hold
from scim_bridge.mapping.model import Parked, Wish
from scim_bridge.reconcile.views.comparing import Comparing

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BECAUSE = (Reason("lab.yaml", 3, "researchers", "Research"),)
ONE = Capabilities(
    account_roles=("user", "owner"),
    place_roles=("member", "admin"),
    administrative=frozenset({"owner", "admin"}),
    joining="invite",
    account_endings=("remove", "suspend", "keep"),
    default_ending="remove",
    personal_key_fates=("withdraw",),
    shared_key_fates=("report",),
)
SEVERAL = replace(ONE, roles_per_place="several", invitation_poll=timedelta(seconds=1))
POLICY = Policy(Accounts("user"), mode="apply")
RESEARCH = PlaceName("research", id="prj_1")
ACCOUNT = OwnAccount("ada@example.com", "user", "active", account_id="acct_1", reasons=BECAUSE)


def wish(*grants: tuple[PlaceName, str], **more: Any) -> Wish:
    role = more.pop("account_role", "user" if grants else None)
    given = tuple(Grant(place, role_, BECAUSE) for place, role_ in grants)
    return Wish("ada@example.com", account_role=role, account_reasons=BECAUSE, grants=given, **more)


def held(role: str, **more: Any) -> Holding:
    return Holding(**{"place_id": "prj_1", "place": "research", "role": role, "reasons": BECAUSE, **more})


def hold(category: str, *items: str, leaving: bool = False) -> Hold:
    return Hold("lab", 1, category, frozenset(items), leaving, "lab: too many at once", NOW)


def states(
    wanted: Wish,
    standing: Standing,
    *holds: Hold,
    policy: Policy = POLICY,
    capabilities: Capabilities = ONE,
    parked: str | None = None,
) -> dict[tuple[str | None, str], str]:
    rows = Comparing(wanted, standing, policy, capabilities, holds, parked).rows()
    found = {(row.place, row.role): row.state for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_renamed_alias_of_the_same_place_is_the_same_holding() -> None:
    lab = PlaceName("lab", id="prj_1")
    assert states(wish((lab, "member")), Standing(ACCOUNT, (held("member"),))) == {
        (None, "user"): "held",
        ("lab", "member"): "held",
    }


def test_where_several_roles_are_possible_each_is_a_row_of_its_own() -> None:
    standing = Standing(ACCOUNT, (held("member"), held("viewer")))
    wanted = wish((RESEARCH, "member"), (RESEARCH, "admin"))
    assert states(wanted, standing, capabilities=SEVERAL) == {
        (None, "user"): "held",
        ("research", "member"): "held",
        ("research", "admin"): "waiting",
        ("research", "viewer"): "leaving",
    }


def test_a_gain_that_is_held_is_held_back_and_the_rest_waits() -> None:
    wanted = wish((RESEARCH, "admin"))
    assert states(wanted, Standing(), hold("gains", "gain:research:admin")) == {
        (None, "user"): "waiting",
        ("research", "admin"): "held_back",
    }


def test_a_weaker_role_that_is_held_leaves_the_stronger_one() -> None:
    standing = Standing(ACCOUNT, (held("admin"),))
    wanted = wish((RESEARCH, "member"))
    assert states(wanted, standing)["research", "member"] == "waiting"
    assert states(wanted, standing, hold("drops", "weaker:prj_1"))["research", "admin"] == "held_back"


def test_a_hold_on_somebody_who_leaves_covers_all_they_have() -> None:
    standing = Standing(ACCOUNT, (held("member"), held("member", place_id="prj_2", place="evals", provenance="found")))
    leaving = wish(leaving=True)
    held_back = hold("people", "account", leaving=True)
    assert set(states(leaving, standing, held_back).values()) == {"held_back"}
    assert set(states(leaving, standing).values()) == {"leaving"}


def test_what_a_human_gave_is_no_row_once_no_rule_wants_it() -> None:
    standing = Standing(ACCOUNT, (held("member", provenance="found"),))
    assert states(wish(account_role="user"), standing) == {(None, "user"): "held"}


def test_a_stronger_role_that_a_human_gave_shows_as_held() -> None:
    standing = Standing(ACCOUNT, (held("admin", provenance="found"),))
    assert states(wish((RESEARCH, "member")), standing)["research", "admin"] == "held"


def test_what_was_taken_by_hand_comes_back_only_where_the_file_repairs() -> None:
    standing = Standing(ACCOUNT, (held("member", state="removed_by_hand"),))
    wanted = wish((RESEARCH, "member"))
    assert states(wanted, standing)["research", "member"] == "removed_by_hand"
    assert states(wanted, standing, policy=replace(POLICY, drift="repair"))["research", "member"] == "waiting"
    gone = Standing(replace(ACCOUNT, state="removed_by_hand"))
    assert states(wanted, gone)[None, "user"] == "removed_by_hand"
    assert states(wish(), gone) == {}


def test_parked_work_parks_what_is_missing_and_nothing_else() -> None:
    evals = PlaceName("evals")
    standing = Standing(ACCOUNT, (held("member"),))
    wanted = wish((RESEARCH, "member"), (evals, "member"))
    assert states(wanted, standing, parked="no such place") == {
        (None, "user"): "held",
        ("research", "member"): "held",
        ("evals", "member"): "parked",
    }


def test_a_role_out_of_a_groups_name_that_does_not_exist_is_parked_by_itself() -> None:
    refused = Parked(RESEARCH, "boss", 'The platform has no role "boss".', BECAUSE)
    assert states(wish(parked=(refused,)), Standing()) == {("research", "boss"): "parked"}


def test_an_account_role_a_human_raised_stays_and_shows_as_it_is() -> None:
    raised = replace(ACCOUNT, role="owner", role_ours=False)
    assert states(wish(account_role="user"), Standing(raised)) == {(None, "owner"): "held"}
    ours = replace(ACCOUNT, role="owner")
    assert states(wish(account_role="user"), Standing(ours)) == {(None, "user"): "waiting"}


def test_invitations_that_policy_keeps_stay_out() -> None:
    invited = Standing(replace(ACCOUNT, state="invited", account_id=None))
    keeps = replace(POLICY, offboarding=Offboarding(invitations="keep"))
    assert states(wish(leaving=True), invited, policy=keeps) == {(None, "user"): "invited"}
    assert states(wish(leaving=True), invited) == {(None, "user"): "leaving"}


def test_somebody_suspended_who_comes_back_waits_for_the_account() -> None:
    suspended = Standing(replace(ACCOUNT, state="suspended"))
    assert states(wish(account_role="user"), suspended) == {(None, "user"): "waiting"}
    assert states(wish(leaving=True), suspended) == {}
