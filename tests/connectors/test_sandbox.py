"""The sandbox passes the conformance suite, in both of its ways of joining."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.conformance import Conformance
from tests.connectors.sandbox_bench import SandboxBench


class TestSandbox(Conformance):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> SandboxBench:
        return SandboxBench(tmp_path)


class TestSandboxCreating(Conformance):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> SandboxBench:
        return SandboxBench(tmp_path, invitations=False)
