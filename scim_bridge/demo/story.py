"""The story, scene by scene: people arrive, roles change, somebody is renamed, somebody leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scim_bridge.demo.clients import Entra, Okta
from scim_bridge.demo.showing import Screen
from scim_bridge.demo.stage import Stage
from scim_bridge.errors import BridgeError

OKTA_BASE = "/scim/v2"
PLATFORMS = ("studio", "lab")


def tell() -> int:
    """Play everything; 0 when all of it came out as expected, else 1."""
    screen = Screen()
    screen.console.print("[bold]SCIM Bridge, a demo[/bold]: two identity providers, two platforms, everything on this machine.")
    with tempfile.TemporaryDirectory(prefix="scim-bridge-demo-") as folder:
        try:
            with screen.waiting("starting the bridge"):
                stage = Stage(Path(folder))
                stage.__enter__()
            try:
                Story(screen, stage).tell()
            finally:
                stage.__exit__(None, None, None)
        except BridgeError as error:
            screen.failures.append(str(error))
    return _verdict(screen)


def _verdict(screen: Screen) -> int:
    screen.console.print()
    if screen.failures:
        screen.console.print(f"[bold red]{len(screen.failures)} of {screen.checked} not as expected:[/bold red]")
        for each in screen.failures:
            screen.console.print(f"  {each}")
        return 1
    done = f"[bold green]All {screen.checked} as expected.[/bold green]"
    screen.console.print(f"{done} Next: make run, then docs/okta.md or docs/entra.md.")
    return 0


class Story:
    """Knows the people by name and the scenes by heart."""

    def __init__(self, screen: Screen, stage: Stage) -> None:
        self._screen = screen
        self._stage = stage
        self._okta = Okta(stage, stage.okta_token, OKTA_BASE, screen.request)

    def tell(self) -> None:
        self._people_and_a_group()
        self._an_invitation_is_accepted()
        self._roles()
        self._a_rename()
        self._entra()
        self._leaving()
        self._the_record()

    def _people_and_a_group(self) -> None:
        self._screen.scene(
            "Okta assigns two people and pushes a group",
            'The rules: "AI Research" is member of research in the studio and of evals in the lab. '
            "The lab waits for people to accept.",
        )
        self._okta.test_connection()
        self._ada = self._okta.assign("Ada", "Lovelace", "00u1ada")
        self._grace = self._okta.assign("Grace", "Hopper", "00u2grace")
        members = {"ada@example.com": self._ada, "grace@example.com": self._grace}
        self._research = self._okta.push_group("AI Research", members)
        studio, lab = self._became()
        self._expect(_role(studio, "ada@example.com", "research") == "member", "Ada is a member of research in the studio")
        self._expect(_role(studio, "grace@example.com", "research") == "member", "Grace is a member of research in the studio")
        self._expect(_invitation(lab, "grace@example.com") == "pending", "the lab has invited Grace and waits")

    def _an_invitation_is_accepted(self) -> None:
        self._screen.scene(
            "Grace accepts the lab's invitation", "Nobody pushes anything: the bridge looks, and the membership follows."
        )
        self._stage.command("sandbox", "accept", "grace@example.com", "--platform", "lab")
        followed = self._wait_for(lambda: _role(self._platform("lab"), "grace@example.com", "evals") == "member")
        self._became()
        self._expect(followed, "Grace is a member of evals in the lab")

    def _roles(self) -> None:
        self._screen.scene(
            "A role comes and goes",
            "Two groups give Ada different roles in production: the stronger wins, and leaving one keeps what the other gives. "
            "(Grace stays an admin: the last one of a place would not be demoted.)",
        )
        self._okta.push_group("AI-Production-Users", {"ada@example.com": self._ada})
        members = {"ada@example.com": self._ada, "grace@example.com": self._grace}
        admins = self._okta.push_group("AI-Production-Admins", members)
        self._stage.settle()
        studio = self._platform("studio")
        self._expect(_role(studio, "ada@example.com", "production") == "admin", "Ada is an admin of production")
        self._screen.quoted("explain ada@example.com", self._stage.command("explain", "ada@example.com"))
        self._okta.remove(admins, self._ada)
        studio, _ = self._became()
        self._expect(_role(studio, "ada@example.com", "production") == "member", "Ada is a member of production again")

    def _a_rename(self) -> None:
        self._screen.scene("Okta renames Grace", "A new userName and address; the person, the account and the access stay the same.")
        self._okta.rename(self._grace, "grace.hopper@example.com")
        self._stage.settle()
        rows = [each for each in self._stage.asked("holdings")["holdings"] if each["user_name"] == "grace.hopper@example.com"]
        self._expect({each["state"] for each in rows} == {"held"}, "everything Grace held is held under the new name")

    def _entra(self) -> None:
        self._screen.scene(
            "Entra ID, a second source, provisions Edith",
            "Its own token, its own people; its groups may have the same names and are not mixed up with Okta's.",
        )
        self._stage.command("source", "add", "entra", "--kind", "entra")
        token = self._stage.asked("token", "create", "entra")["token"]
        entra = Entra(self._stage, token, OKTA_BASE, self._screen.request)
        entra.test_connection()
        self._edith = entra.provision("Edith", "Clarke", "8aa1a0c0-7f1c-4f55-9a52-0242ac120002", "Lab")
        entra.provision_group("AI Research", "9bb2b1d1-7f1c-4f55-9a52-0242ac120002", [self._edith])
        self._stage.settle()
        for place in ("research", "production"):
            self._stage.command("sandbox", "add-key", "edith@example.com", place, "--platform", "studio")
        self._stage.command("sandbox", "add-member", "edith@example.com", "production", "member", "--platform", "studio")
        studio, lab = self._became()
        self._expect(len(_keys(studio, "edith@example.com", "active")) == 2, "Edith has made two keys in the studio")
        self._expect(_role(studio, "edith@example.com", "production") == "member", "somebody gave her production by hand")
        self._expect(_invitation(lab, "edith@example.com") == "pending", "the lab's invitation to her is still open")
        self._client = entra

    def _leaving(self) -> None:
        self._screen.scene("Edith leaves", "One push from Entra. Keys, invitations, places and account go, hand-made ones too.")
        self._client.disable(self._edith)
        studio, lab = self._became()
        self._expect(_role(studio, "edith@example.com", "research") is None, "no place in the studio is left")
        self._expect(not _keys(studio, "edith@example.com", "active"), "both keys are withdrawn")
        self._expect(not any(each["email"] == "edith@example.com" for each in studio["accounts"]), "the account is removed")
        self._expect(_invitation(lab, "edith@example.com") != "pending", "the open invitation is cancelled")
        self._screen.quoted("offboarding edith@example.com", self._stage.command("offboarding", "edith@example.com"))
        clock = self._stage.asked("offboarding", "edith@example.com")
        self._expect(clock["state"] == "done", "the clock has stopped")
        self._expect(all(step["confirmed"] for step in clock["steps"]), "every removal was read back")

    def _the_record(self) -> None:
        self._screen.scene("The plan and the record", "Nothing is left to do, and every change names the human it was about.")
        plan = self._stage.asked("plan")
        self._expect(plan["changes"] == [], "the plan is empty")
        text = self._stage.command("audit", "show", "--person", "edith@example.com", "--limit", "12")
        self._screen.quoted("audit show --person edith@example.com --limit 12", text)
        records = self._stage.asked("audit", "show", "--person", "edith@example.com")["records"]
        self._expect(all(each["subject"] == "edith@example.com" for each in records), "every record names her")
        self._expect({"withdraw_key", "remove_account"} <= {each["action"] for each in records}, "keys and account are in it")

    def _became(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Wait until the bridge is done, and show what the platforms have."""
        with self._screen.waiting("the bridge is at work"):
            settled = self._stage.settle()
            states = {name: self._platform(name) for name in PLATFORMS}
        if not settled:
            self._expect(False, "the bridge has done everything that was due")
        self._screen.platforms(states)
        return states["studio"], states["lab"]

    def _platform(self, name: str) -> dict[str, Any]:
        state: dict[str, Any] = self._stage.asked("sandbox", "show", "--platform", name)
        return state

    def _expect(self, holds: bool, sentence: str) -> None:
        self._screen.expect(holds, sentence)

    def _wait_for(self, holds: Callable[[], bool], tries: int = 20) -> bool:
        with self._screen.waiting("waiting for the bridge to look"):
            return any(holds() for _ in range(tries))


def _role(state: dict[str, Any], email: str, place: str) -> str | None:
    found = [each["role"] for each in state["memberships"] if (each["email"], each["place"]) == (email, place)]
    return found[0] if found else None


def _invitation(state: dict[str, Any], email: str) -> str | None:
    found = [each["state"] for each in state["invitations"] if each["email"] == email]
    return found[-1] if found else None


def _keys(state: dict[str, Any], email: str, status: str) -> list[str]:
    return [each["id"] for each in state["keys"] if (each["owner"], each["status"]) == (email, status)]
