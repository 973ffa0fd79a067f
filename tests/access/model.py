"""A platform and a ledger as plain values, and what becomes of them when a verdict is carried out. Nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from scim_bridge.access.case import Case
from scim_bridge.access.change import Change
from scim_bridge.access.connector import Capabilities
from scim_bridge.access.diff import diff
from scim_bridge.access.observed import Account, Credential, Invitation, Membership
from scim_bridge.access.policy import Accounts, Offboarding, Policy
from scim_bridge.access.standing import Holding, OwnAccount, Slice, Standing, Wanted, WantedPlace
from scim_bridge.access.verdict import Verdict

EMAIL, ME = "ada@example.com", "acct_1"
PLACES, ROLES = ("research", "production", "evals"), ("member", "developer", "admin")
ONE = Capabilities(
    account_roles=("user", "owner"),
    place_roles=ROLES,
    administrative=frozenset({"owner", "admin"}),
    joining="invite",
    account_endings=("remove", "suspend", "keep"),
    default_ending="remove",
    personal_key_fates=("withdraw", "delete", "keep", "report"),
    shared_key_fates=("withdraw", "delete", "keep", "report"),
)
SEVERAL = replace(ONE, roles_per_place="several", joining="create")


@dataclass(frozen=True)
class Far:
    """The platform, and the bridge's book about it: one person's share of both."""

    seen: Slice = field(default_factory=Slice)
    standing: Standing = field(default_factory=Standing)
    policy: Policy = field(default_factory=lambda: Policy(Accounts("user")))
    capabilities: Capabilities = ONE

    def case(self, wanted: Wanted) -> Case:
        return Case("lab", "1", EMAIL, wanted, self.standing, self.seen, self.policy, self.capabilities)

    def look(self, wanted: Wanted) -> Verdict:
        return diff(self.case(wanted))

    def step(self, wanted: Wanted) -> Far:
        """One look, everything it comes to carried out and written down."""
        verdict = self.look(wanted)
        far = replace(self, standing=_facts(self.standing, verdict))
        for change in verdict.changes:
            far = replace(far, seen=_done(far.seen, change, far.capabilities), standing=_noted(far, change))
        return far

    def settled(self, wanted: Wanted) -> Far:
        far = self
        for _ in range(5):
            far = far.step(wanted)
        return far

    @property
    def roles(self) -> set[tuple[str, str]]:
        return {(each.place_id, each.role) for each in self.seen.memberships if not each.inherited}


def _facts(standing: Standing, verdict: Verdict) -> Standing:
    book = {(each.place_id, each.role): each for each in standing.holdings}
    if verdict.account is None and standing.account is not None:
        book = {key: each for key, each in book.items() if each.state == "removed_by_hand"}
    for key in verdict.forgotten:
        book.pop(key, None)
    book |= {(each.place_id, each.role): each for each in verdict.holdings}
    return replace(standing, account=verdict.account, holdings=tuple(book.values()))


def _done(seen: Slice, change: Change, capabilities: Capabilities) -> Slice:
    """The platform does what it is asked for. An invitation is accepted at once."""
    others = tuple(each for each in seen.memberships if each.place_id != change.place_id or each.inherited)
    same = tuple(each for each in seen.memberships if each.place_id == change.place_id and not each.inherited)
    match change.kind:
        case "invite" | "create_account":
            return replace(seen, account=Account(ME, EMAIL, change.role or ""))
        case "cancel_invitation":
            return replace(seen, invitations=tuple(each for each in seen.invitations if each.id != change.object_id))
        case "remove_account":
            return replace(seen, account=None, memberships=())
        case "suspend_account" | "restore_account":
            assert seen.account is not None
            state = "suspended" if change.kind == "suspend_account" else "active"
            return replace(seen, account=replace(seen.account, state=state))
        case "withdraw_key":
            keys = tuple(replace(each, usable=each.usable and each.id != change.object_id) for each in seen.credentials)
            return replace(seen, credentials=keys)
        case "change_role" if change.place_id is None:
            assert seen.account is not None
            return replace(seen, account=replace(seen.account, role=change.role or ""))
        case "revoke":
            return replace(seen, memberships=others + tuple(each for each in same if each.role != change.role))
    kept = same if capabilities.roles_per_place == "several" else ()
    return replace(seen, memberships=(*others, *kept, Membership(ME, change.place_id or "", change.role or "")))


def _noted(far: Far, change: Change) -> Standing:
    standing, own = far.standing, far.standing.account
    if change.kind in {"invite", "create_account"}:
        return replace(standing, account=OwnAccount(EMAIL, change.role or "", "active", account_id=ME))
    if change.kind in {"remove_account", "cancel_invitation"}:
        gone = change.kind == "remove_account" or (own is not None and own.state == "invited")
        kept = tuple(each for each in standing.holdings if each.state == "removed_by_hand")
        return replace(standing, account=None, holdings=kept) if gone else standing
    if change.place_id is not None and change.kind != "withdraw_key":
        return replace(standing, holdings=_placed(far, change))
    if own is None or change.kind == "withdraw_key":
        return standing
    if change.kind == "change_role":
        return replace(standing, account=replace(own, role=change.role or "", role_ours=True))
    return replace(standing, account=replace(own, state="suspended" if change.kind == "suspend_account" else "active"))


def _placed(far: Far, change: Change) -> tuple[Holding, ...]:
    several, before = far.capabilities.roles_per_place == "several", change.was or change.role
    here = [each for each in far.standing.holdings if each.place_id == change.place_id]
    gone = [each for each in here if not several or each.role == before]
    rest = tuple(each for each in far.standing.holdings if each not in gone)
    found = gone[0].found_role if gone else None
    if change.kind == "revoke" or (found is not None and found == change.role):
        return rest
    return (*rest, Holding(change.place_id or "", change.place or "", change.role or "", found_role=found))


# anything at all

places = st.sampled_from(PLACES)
roles = st.sampled_from(ROLES)


def memberships(capabilities: Capabilities) -> st.SearchStrategy[tuple[Membership, ...]]:
    """What a person has in places: one role a place, or any."""
    if capabilities.roles_per_place == "one":
        return st.dictionaries(places, roles).map(lambda found: tuple(Membership(ME, *each) for each in found.items()))
    return st.sets(st.tuples(places, roles)).map(lambda found: tuple(Membership(ME, *each) for each in sorted(found)))


@st.composite
def wishes(draw: st.DrawFn, capabilities: Capabilities, *, leaving: bool | None = None) -> Wanted:
    goes = draw(st.booleans()) if leaving is None else leaving
    if goes:
        return Wanted(EMAIL, leaving=True)
    rooms = draw(memberships(capabilities))
    wanted = tuple(WantedPlace(each.place_id, each.place_id, each.role) for each in rooms)
    account = draw(st.sampled_from(capabilities.account_roles)) if wanted else draw(st.sampled_from((None, "user", "owner")))
    return Wanted(EMAIL, account_role=account, places=wanted)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    fates = st.sampled_from(("withdraw", "delete", "keep", "report"))
    return Policy(
        accounts=Accounts("user", draw(st.sampled_from(("leave", "adopt")))),
        offboarding=Offboarding(
            draw(st.sampled_from(("remove", "suspend", "keep"))),
            draw(st.sampled_from(("cancel", "keep"))),
            draw(fates),
            draw(fates),
        ),
        moving_keys=draw(fates),
        drift=draw(st.sampled_from(("report", "repair"))),
    )


@st.composite
def far_sides(draw: st.DrawFn, *, owned: bool | None = None) -> Far:
    """Any platform state beside any ledger, whether they fit each other or not."""
    capabilities = draw(st.sampled_from((ONE, SEVERAL)))
    account = draw(st.sampled_from((None, Account(ME, EMAIL, "user"), Account(ME, EMAIL, "owner"))))
    invited = account is None and draw(st.booleans())
    invitations = (Invitation("inv_1", EMAIL, "user", draw(st.sampled_from(("pending", "expired")))),) if invited else ()
    rooms = draw(memberships(capabilities)) if account is not None else ()
    keys = tuple(
        Credential(f"key_{number}", kind, ME, "active", usable=True, place_id=place)
        for number, (kind, place) in enumerate(draw(st.lists(st.tuples(st.sampled_from(("personal", "shared")), places), max_size=3)))
    )
    ours = draw(st.booleans()) if owned is None else owned
    return Far(
        Slice(account, invitations, rooms, keys if account is not None else ()),
        draw(standings(capabilities, account, invited, rooms)) if ours else Standing(),
        draw(policies()),
        capabilities,
    )


@st.composite
def newcomers(draw: st.DrawFn, *capabilities: Capabilities) -> Far:
    """Somebody of whom neither the platform nor the ledger knows anything."""
    return Far(policy=draw(policies()), capabilities=draw(st.sampled_from(capabilities or (ONE, SEVERAL))))


@st.composite
def standings(
    draw: st.DrawFn, capabilities: Capabilities, account: Account | None, invited: bool, rooms: tuple[Membership, ...]
) -> Standing:
    """A ledger that owns the account or the invitation, and some of what is in the places or was there."""
    if account is None and not invited and draw(st.booleans()):
        return Standing()
    own = OwnAccount(
        EMAIL,
        draw(st.sampled_from(capabilities.account_roles)),
        "active" if account is not None else "invited" if invited else "active",
        draw(st.sampled_from(("created", "adopted"))),
        ME if account is not None or not invited else None,
        "inv_1" if invited else None,
        draw(st.booleans()),
    )
    held = draw(memberships(capabilities)) if draw(st.booleans()) else tuple(each for each in rooms if draw(st.booleans()))
    lines = tuple(
        Holding(
            each.place_id,
            each.place_id,
            each.role,
            draw(st.sampled_from(("created", "adopted", "found"))),
            draw(st.sampled_from(("held", "held", "removed_by_hand"))),
            draw(st.sampled_from((None, *ROLES))) if capabilities.roles_per_place == "one" else None,
        )
        for each in held
    )
    return Standing(own, lines)
