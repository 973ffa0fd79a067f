"""The PostgreSQL of the tests ends with whoever asked for it, however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.databases import NEEDS_POSTGRESQL
from tests.databases.server import NoPostgres, _guarded, start

ROOT = Path(__file__).resolve().parents[2]
STARTS_ONE = """
import time
from tests.databases.server import start
made = start()
print(made.url("postgres"), flush=True)
time.sleep(600)
"""


def gone(path: Path) -> bool:
    """Within a minute."""
    end = time.monotonic() + 60
    while path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not path.exists()


@NEEDS_POSTGRESQL
def test_a_server_takes_connections_until_it_is_stopped_and_leaves_no_file() -> None:
    made = start()
    address = made.url("postgres").replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    made.stop()
    assert not Path(address.partition("host=")[2]).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


@NEEDS_POSTGRESQL
def test_a_run_that_is_killed_leaves_neither_server_nor_files() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip().partition("host=")[2])
        server = int((folder / "cluster/postmaster.pid").read_text().split()[0])
        os.killpg(run.pid, signal.SIGKILL)
    assert gone(folder)
    assert gone(Path(f"/proc/{server}"))


def test_a_machine_on_which_it_cannot_start_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NoPostgres, match="SCIM_BRIDGE_TEST_POSTGRESQL=off"):
        _guarded(tmp_path / "folder", tmp_path / "no-programs", [])
