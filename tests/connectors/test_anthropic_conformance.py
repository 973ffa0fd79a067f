"""Anthropic does what every connector does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.anthropic_bench import AnthropicBench
from tests.connectors.conformance import Bench, Conformance


class TestAnthropic(Conformance):
    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with AnthropicBench() as running:
            yield running
