"""docs/okta.md as somebody follows it: everything it shows, in its order, on a fresh bridge and a stand-in for Okta's own API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.docs.guides import Fresh, Guide, Step, steps_of
from tests.docs.pages import DOCS
from tests.simulators.okta import OktaSimulator
from tests.simulators.okta_access import ServiceApp

STEPS = steps_of(DOCS / "okta.md")
ORG, APP, SERVICE_APP = "https://example.okta.com", "0oa1gjh63g214q0Hq0g4", "0oa2hk7xt95bQ9fGe0g5"
PRIVATE_KEY = r"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"


@pytest.fixture
def okta() -> Iterator[OktaSimulator]:
    """As the page has it where Okta is asked: Ada and Linus were unassigned, and the bridge has lost Grace."""
    with OktaSimulator() as running:
        left = [running.org.add_user(f"{name}@example.com") for name in ("ada", "linus")]
        grace = running.org.assign(running.org.add_user("grace@example.com", first="Grace"), linked="an-id-of-before")
        running.org.push(running.org.add_group("AI Research", left[0], grace))
        running.org.push(running.org.add_group("AI Production", left[1]))
        yield running


@pytest.fixture
def guide(tmp_path: Path, okta: OktaSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guide]:
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text(f"SCIM_BRIDGE_OKTA_CA_FILE={okta.ca_file}\n")
    stands = {ORG: okta.url, APP: okta.app_id, PRIVATE_KEY: private_key_of(okta)}
    with Fresh(tmp_path) as bridge:
        yield Guide(bridge, "Okta SCIM Client 1.0.0", instead=stands)


def private_key_of(okta: OktaSimulator) -> str:
    """Of the service app that the page makes, on one line as in `.env`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    okta.access.service_apps[SERVICE_APP] = ServiceApp(SERVICE_APP, public.decode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().replace("\n", r"\n")


def test_whoever_follows_the_page_sees_what_it_shows(guide: Guide, okta: OktaSimulator) -> None:
    for step in STEPS:
        guide.take(step)
    assert guide.bridge.sandbox("sandbox")["memberships"] == [
        {"email": "grace@example.com", "place": "research", "role": "member"}
    ]
    assert okta.requests["token"] >= 1


def test_the_page_shows_both_families_and_both_of_what_okta_can_be_asked() -> None:
    deeds = [step.deed for step in STEPS]
    for method in ("GET", "POST", "PUT", "PATCH"):
        assert any(deed.startswith(f"{method} /scim/v2/") for deed in deeds)
    for command in ("make run", "scim-bridge okta status", "scim-bridge okta backfill --apply", "scim-bridge offboarding"):
        assert any(deed.startswith(command) for deed in deeds)


def test_an_answer_that_is_not_as_shown_fails(guide: Guide) -> None:
    with pytest.raises(AssertionError, match="the guide shows"):
        guide.take(Step("command", "scim-bridge mapping check", "Something else.\n"))
