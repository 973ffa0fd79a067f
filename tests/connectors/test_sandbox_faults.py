"""Faults of the sandbox: what each does, to whom, for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scim_bridge.access.errors import NotPermitted, OutOfSeats, Refused, Transient
from scim_bridge.connectors.sandbox import SandboxStore
from scim_bridge.connectors.sandbox.faults import KINDS
from scim_bridge.connectors.sandbox.file import SandboxFile
from scim_bridge.connectors.sandbox.platform import SandboxPlatform
from scim_bridge.errors import UsageError

ADA, GRACE = "ada@example.com", "grace@example.com"


class Time:
    """A clock that moves only when told, and notes how long it was asked to sleep."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def store(tmp_path: Path, time: Time) -> SandboxStore:
    return SandboxStore(tmp_path / "sandbox.db", clock=time)


@pytest.fixture
def platform(store: SandboxStore, tmp_path: Path, time: Time) -> SandboxPlatform:
    return SandboxPlatform(SandboxFile(tmp_path / "sandbox.db"), ["research"], time, time.slept.append)


def test_down_lasts_until_it_is_cleared(store: SandboxStore, platform: SandboxPlatform) -> None:
    store.set_fault("down")
    for _ in range(3):
        with pytest.raises(Transient):
            platform.list_places()
    store.set_fault("clear")
    assert [place["name"] for place in platform.list_places()] == ["research"]


def test_fail_befalls_as_many_requests_as_it_says(store: SandboxStore, platform: SandboxPlatform) -> None:
    store.set_fault("fail", 2)
    for _ in range(2):
        with pytest.raises(Transient):
            platform.invite(ADA, "user")
    platform.invite(ADA, "user")
    assert store.faults() == []
    assert len(store.show()["invitations"]) == 1


def test_a_request_that_failed_was_received_all_the_same(store: SandboxStore, platform: SandboxPlatform) -> None:
    store.set_fault("fail", 1)
    with pytest.raises(Transient):
        platform.invite(ADA, "user")
    assert len(store.calls("invite")) == 1


def test_a_lost_answer_has_its_effect_and_spares_what_only_reads(store: SandboxStore, platform: SandboxPlatform) -> None:
    store.set_fault("lose-answer", 1)
    platform.list_places()
    with pytest.raises(Transient) as lost:
        platform.invite(ADA, "user")
    assert lost.value.uncertain
    assert store.show()["invitations"] == [{"email": ADA, "state": "pending"}]
    platform.invite(GRACE, "user")


def test_a_rate_limit_passes_with_time(store: SandboxStore, platform: SandboxPlatform, time: Time) -> None:
    store.set_fault("rate-limit", 30)
    time.now += timedelta(seconds=20)
    with pytest.raises(Transient) as limited:
        platform.list_places()
    assert (limited.value.retry_after, limited.value.everybody) == (10.0, True)
    time.now += timedelta(seconds=10)
    assert platform.list_places()
    assert store.faults() == []


def test_slow_answers_come_after_the_deed(store: SandboxStore, platform: SandboxPlatform, time: Time) -> None:
    store.set_fault("slow", 1.5)
    platform.invite(ADA, "user")
    assert time.slept == [1.5]


def test_refuse_means_one_address_whole_and_without_case(store: SandboxStore, platform: SandboxPlatform) -> None:
    store.set_fault("refuse", "Ada@Example.com")
    store.set_fault("refuse", GRACE)
    for email in (ADA, GRACE):
        with pytest.raises(Refused, match=email):
            platform.invite(email, "user")
    platform.invite("xada@example.com", "user")
    assert platform.list_accounts([ADA], []) == []


def test_seats_count_accounts_and_open_invitations(store: SandboxStore, platform: SandboxPlatform) -> None:
    store.set_fault("seats", 2)
    store.add_account(GRACE)
    invitation_id, _ = platform.invite(ADA, "user")
    with pytest.raises(OutOfSeats, match="2 seats"):
        platform.create_account("linus@example.com", "user")
    platform.cancel_invitation(invitation_id, ADA)
    platform.create_account("linus@example.com", "user")


def test_reject_is_about_the_credential(store: SandboxStore, platform: SandboxPlatform) -> None:
    store.set_fault("reject")
    with pytest.raises(NotPermitted):
        platform.list_places()


@pytest.mark.parametrize(("only", "stopped"), [("observe", "reads"), ("apply", "writes"), ("invite", "writes")])
def test_a_fault_may_befall_some_requests_only(
    store: SandboxStore, platform: SandboxPlatform, only: str, stopped: str
) -> None:
    store.set_fault("down", only=only)
    reads, writes = platform.list_places, lambda: platform.invite(ADA, "user")
    spared, hit = (writes, reads) if stopped == "reads" else (reads, writes)
    spared()
    with pytest.raises(Transient):
        hit()


def test_a_fault_set_again_replaces_the_first(store: SandboxStore) -> None:
    store.set_fault("fail", 5)
    store.set_fault("fail", 1, only="apply")
    assert store.faults() == [{"kind": "fail", "value": "1", "only": "apply", "remaining": 1}]


def test_faults_hold_for_every_process(store: SandboxStore, tmp_path: Path) -> None:
    store.set_fault("down")
    another = SandboxPlatform(SandboxFile(tmp_path / "sandbox.db"), [])
    with pytest.raises(Transient):
        another.retrieve()


def test_hands_meet_no_fault(store: SandboxStore) -> None:
    store.set_fault("down")
    store.add_account(ADA)
    assert len(store.show()["accounts"]) == 1


def test_an_unknown_fault_is_told_with_those_there_are(store: SandboxStore) -> None:
    with pytest.raises(UsageError, match="down, fail N, lose-answer N, rate-limit SECONDS"):
        store.set_fault("explode")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("fail", None), ("fail", "many"), ("fail", "-1"), ("rate-limit", "nan"), ("refuse", "ada"), ("down", "5")],
)
def test_a_malformed_value_is_told_and_sets_nothing(store: SandboxStore, kind: str, value: str | None) -> None:
    with pytest.raises(UsageError, match=kind):
        store.set_fault(kind, value)
    assert store.faults() == []


def test_a_fault_on_a_request_that_does_not_exist_is_told(store: SandboxStore) -> None:
    with pytest.raises(UsageError, match="observe, apply"):
        store.set_fault("down", only="reading")


def test_every_kind_of_fault_has_its_heading_in_the_docs() -> None:
    page = Path(__file__).parents[2] / "docs" / "connectors" / "sandbox.md"
    assert all(f"| `{kind}" in page.read_text() for kind in KINDS)
