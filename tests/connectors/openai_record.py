"""Whatever the connector's tests sent to OpenAI, and got, is held against the vendor's document, where there is one."""

from __future__ import annotations

from functools import cache

import pytest

from tests.simulators.openai import OpenAISimulator
from tests.simulators.openai_document import Document, find_document


@cache
def document() -> Document | None:
    try:
        return find_document()
    except pytest.skip.Exception:
        return None


def hold(simulator: OpenAISimulator) -> None:
    """Fail when a request or an answer is not as the document says. Nothing without a document.

    Nor where the simulator was told to depart from it: in its errors, or in what its list of invitations leaves out.
    """
    found, rules = document(), simulator.rules
    if found is None or rules.bare_errors or not rules.invites_listed_with_projects:
        return
    problems = [problem for call in simulator.log for problem in found.check(call)]
    assert not problems, "\n".join(problems)


def counted() -> tuple[int, int]:
    """The requests and answers of this process so far that were held against the document."""
    found = document()
    return (found.requests, found.responses) if found is not None else (0, 0)
