"""OpenAI does what every connector does, whichever of the undocumented answers it gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from tests.connectors.conformance import Bench, Conformance
from tests.connectors.openai_bench import OpenAIBench


class TestOpenAI(Conformance):
    rules: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with OpenAIBench(**self.rules) as running:
            yield running


class TestOpenAIOtherwise(TestOpenAI):
    """The same organization, where what is documented nowhere is the other way round."""

    rules: ClassVar[dict[str, Any]] = {
        "duplicate_status": 409, "outsider_status": 404, "not_member_status": 404, "scim_status": 400,
        "owners_listed": False, "viewer_role": False, "invites_listed_with_projects": False, "seats_status": 400,
        "absent_status": 400, "case_sensitive_filter": True,
    }
