"""A running simulator with one owner, the vendor's SDK pointed at it, and a word for calls that are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.simulators.openai import OpenAISimulator

ADA, GRACE, ROOT = "ada@example.com", "grace@example.com", "root@example.com"


@contextmanager
def running_simulator() -> Iterator[OpenAISimulator]:
    with OpenAISimulator() as running:
        running.human.add_user(ROOT, "owner")
        yield running


def client_of(simulator: OpenAISimulator, key: str = OpenAISimulator.admin_key, *, strict: bool = True) -> OpenAI:
    """`strict` refuses an answer that is not what the SDK's own models say."""
    return OpenAI(
        admin_api_key=key, base_url=simulator.url, max_retries=0, timeout=5, _strict_response_validation=strict
    )


def refused(call: Callable[..., Any], *args: Any, **fields: Any) -> int:
    """The status that the call is refused with."""
    with pytest.raises(openai.APIStatusError) as error:
        call(*args, **fields)
    return error.value.status_code
