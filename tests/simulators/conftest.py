"""A running simulator with one admin, and the vendor's SDK pointed at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import Anthropic

from tests.simulators.anthropic import AnthropicSimulator


@pytest.fixture
def simulator() -> Iterator[AnthropicSimulator]:
    with AnthropicSimulator() as running:
        running.human.add_user("admin@example.com", "admin")
        yield running


@pytest.fixture
def client(simulator: AnthropicSimulator) -> Iterator[Anthropic]:
    with client_of(simulator) as made:
        yield made


def client_of(simulator: AnthropicSimulator, key: str = AnthropicSimulator.admin_key, **options: Any) -> Anthropic:
    return Anthropic(api_key=key, base_url=simulator.url, max_retries=0, timeout=5, **options)
