"""One sandbox under several processes at once, as worker and commands are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scim_bridge.connectors.sandbox import SandboxStore

INVITES = """
import sys
from pathlib import Path
from scim_bridge.access.change import Change, Principal
from scim_bridge.access.connector import Surroundings
from scim_bridge.access.errors import Conflict
from scim_bridge.connectors.sandbox import SANDBOX
from tests.connectors.bench import CountingGate

connector = SANDBOX.make({"accept": "manual"}, Surroundings("sandbox", CountingGate(), Path(sys.argv[1])))
for number in range(20):
    try:
        principal = Principal("person", None, f"person{number}@example.com")
        connector.apply(Change("invite", "sandbox", principal, role="user"))
        print(number)
    except Conflict:
        pass
"""


def test_processes_that_begin_and_invite_at_once_make_one_file_and_one_invitation_each(tmp_path: Path) -> None:
    command = [sys.executable, "-c", INVITES, str(tmp_path)]
    root = Path(__file__).parents[2]
    running = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    made = [number for process in running for number in process.communicate()[0].split()]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sorted(map(int, made)) == list(range(20))
    store = SandboxStore(tmp_path / "sandbox.db")
    assert len(store.show()["invitations"]) == 20
    assert len(store.calls("invite")) == 60
    assert [file.name for file in tmp_path.iterdir() if not file.name.startswith("sandbox.db")] == []
