"""A PostgreSQL server that lives exactly as long as the process that asked for it, however that process ends.

Run as a program of its own: FOLDER PROGRAMS [ACCOUNT]. It makes a cluster in FOLDER/cluster, starts it on a Unix socket in
FOLDER, says "ready", and waits for its standard input to end. Then it stops the server and removes FOLDER. Standard
library only; ACCOUNT is who runs the server when we are root, which PostgreSQL refuses to be.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

_SECONDS = 60
# Nobody misses these databases after a power cut.
_OPTIONS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_connections=150"
)  # fmt: skip


def guard(folder: Path, programs: Path, account: str | None) -> None:
    """Until standard input ends. Errors: `CalledProcessError`, `TimeoutExpired`, with the programs' words on standard error."""
    cluster = folder / "cluster"

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "-D", cluster, *arguments]
        options = {} if account is None else {"user": account, "extra_groups": []}
        subprocess.run(command, check=True, timeout=_SECONDS, cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, **options)

    try:
        run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions")
        settings = " ".join(f"-c {option}" for option in _OPTIONS)
        run("pg_ctl", "-w", "-l", str(cluster / "log"), "-o", f"-h '' -k {folder} {settings}", "start")
        print("ready", flush=True)
        sys.stdin.read()
        run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # a server that did not stop ends itself when its files are gone


if __name__ == "__main__":
    guard(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
