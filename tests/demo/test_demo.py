"""`make demo`: the whole story, told by real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_plays_to_its_end_and_everything_is_as_expected(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCIM_BRIDGE_NONSENSE": "of whoever runs the tests"}
    played = subprocess.run(
        [sys.executable, "-m", "scim_bridge.demo"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=110
    )
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-3000:]
    assert "Traceback" not in played.stdout + played.stderr
    assert list(tmp_path.iterdir()) == []
