"""Laws of the comparison, for any wish, ledger and platform."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scim_bridge.access.change import ORDER
from scim_bridge.access.observed import Membership
from scim_bridge.access.standing import Standing, Wanted
from tests.access.model import EMAIL, ME, ONE, Far, far_sides, newcomers, wishes

laws = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@st.composite
def worlds(draw: st.DrawFn, *, leaving: bool | None = None, owned: bool | None = None) -> tuple[Far, Wanted]:
    far = draw(far_sides(owned=owned))
    return far, draw(wishes(far.capabilities, leaving=leaving))


@laws
@given(worlds())
def test_carrying_out_a_diff_comes_to_rest(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    settled = far.settled(wanted)
    assert settled.look(wanted).changes == ()
    assert settled.step(wanted) == settled.step(wanted).step(wanted)


@quick
@given(worlds())
def test_equal_questions_have_equal_answers(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    assert far.look(wanted) == far.look(wanted)


@quick
@given(worlds())
def test_changes_come_in_the_order_keys_invitations_places_account_and_then_what_gives(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    kinds = [ORDER.index(change.kind) for change in far.look(wanted).changes]
    assert kinds == sorted(kinds)
    assert ORDER.index("withdraw_key") < ORDER.index("cancel_invitation") < ORDER.index("revoke")
    assert ORDER.index("revoke") < ORDER.index("remove_account") < ORDER.index("invite")


@laws
@given(worlds(leaving=True, owned=True))
def test_leaving_leaves_nothing(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    own, policy = far.standing.account, far.policy.offboarding
    assume(own is not None and own.account_id == ME)
    left = far.settled(wanted).seen
    assert left.memberships == ()
    if policy.account == "remove":
        assert left.account is None
    if policy.account == "suspend" and left.account is not None:
        assert left.account.state == "suspended"
    if policy.personal_keys in {"withdraw", "delete"}:
        assert not [key for key in left.credentials if key.usable and key.kind == "personal"]
    if policy.invitations == "cancel":
        assert not [each for each in left.invitations if each.state == "pending"]


@laws
@given(worlds(leaving=False))
def test_nothing_of_an_active_person_is_touched_that_is_neither_ours_nor_adopted(world: tuple[Far, Wanted]) -> None:
    """Hand-made memberships in places that no rule speaks of stay, as long as the person is to have an account."""
    far, wanted = world
    assume(wanted.account_role is not None)
    ours = {each.place_id for each in far.standing.holdings if each.provenance != "found"}
    asked = {each.place_id for each in wanted.places}
    by_hand = {(place, role) for place, role in far.roles if place not in ours | asked}
    assert by_hand <= far.settled(wanted).roles


@laws
@given(worlds(leaving=False, owned=False))
def test_an_account_that_is_not_ours_is_left_alone_unless_the_file_adopts(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    assume(far.policy.accounts.existing == "leave")
    assume(far.seen.account is not None or any(each.state == "pending" for each in far.seen.invitations))
    assert far.settled(wanted).seen == far.seen


@laws
@given(newcomers(), st.data())
def test_whoever_joins_gets_exactly_what_is_wanted(far: Far, data: st.DataObject) -> None:
    wanted = data.draw(wishes(far.capabilities, leaving=False))
    settled = far.settled(wanted)
    assert settled.roles == {(each.place_id, each.role) for each in wanted.places}
    assert (settled.seen.account is not None) == (wanted.account_role is not None)
    if settled.seen.account is not None:
        assert settled.seen.account.role == wanted.account_role


@laws
@given(newcomers(), st.data())
def test_what_the_bridge_gave_follows_the_wish_wherever_it_goes(far: Far, data: st.DataObject) -> None:
    """Joining, moving, losing: without a human's hand, the platform always has what is wanted and no more."""
    wanted = data.draw(wishes(far.capabilities))
    far = replace(far, policy=replace(far.policy, offboarding=replace(far.policy.offboarding, account="remove")))
    for _ in range(3):
        far = far.settled(wanted)
        assert far.roles == {(each.place_id, each.role) for each in wanted.places}
        wanted = data.draw(wishes(far.capabilities))
    if wanted.leaving:
        assert far.settled(wanted).standing == Standing()


@quick
@given(worlds())
def test_a_protected_person_is_never_changed(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    guarded = replace(far, policy=replace(far.policy, protect=frozenset({EMAIL})))
    assert guarded.settled(wanted).seen == far.seen
    assert guarded.look(wanted).changes == ()


@quick
@given(worlds())
def test_an_untouchable_account_loses_keys_at_most(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    assume(far.seen.account is not None)
    locked = replace(far, seen=replace(far.seen, account=replace(far.seen.account, untouchable="An owner.")))  # type: ignore[type-var]
    assert {change.kind for change in locked.look(wanted).changes} <= {"withdraw_key"}


@laws
@given(newcomers(ONE), st.data())
def test_a_person_is_never_without_a_place_that_is_wanted_before_and_after(far: Far, data: st.DataObject) -> None:
    """Where a place takes one role, a new role is one change, never a revoke and a grant."""
    first = data.draw(wishes(far.capabilities, leaving=False))
    far = far.settled(first)
    second = data.draw(wishes(far.capabilities, leaving=False))
    both = {each.place_id for each in first.places} & {each.place_id for each in second.places}
    touched = [(change.kind, change.place_id) for change in far.look(second).changes if change.place_id in both]
    assert {kind for kind, _ in touched} <= {"change_role"}
    assert len({place for _, place in touched}) == len(touched)


@quick
@given(worlds(leaving=False))
def test_inherited_roles_are_nobodys_to_take(world: tuple[Far, Wanted]) -> None:
    far, wanted = world
    assume(far.seen.account is not None)
    inherited = Membership(ME, "elsewhere", "admin", inherited=True)
    seen = replace(far.seen, memberships=(*far.seen.memberships, inherited))
    assert not [each for each in replace(far, seen=seen).look(wanted).changes if each.place_id == "elsewhere"]
