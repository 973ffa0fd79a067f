"""The fewest requests by which so many people can leave, from what the vendors' APIs offer; nothing here asks the bridge.

The terms of one leaver are the same on both platforms: a request for each key (neither vendor takes several, and on neither do all
keys go with the account), one for each place, one for the account. A place is counted although removing the account would empty it:
whoever leaves loses the places first and one by one, so that a refusal on the way leaves no access behind (docs/mapping.md).

What must be read is counted once for everybody, as if they were one batch: before, who has what; afterwards, that it is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Term:
    """So many requests, and what they are for."""

    what: str
    requests: int


@dataclass(frozen=True)
class Crowd:
    """`leavers` of an organization of `people`, each with `keys` keys and one role in each of `places` places."""

    leavers: int
    people: int
    places: int
    keys: int

    @property
    def stay(self) -> int:
        return self.people - self.leavers


def writes(crowd: Crowd) -> list[Term]:
    return [
        Term("a key each", crowd.leavers * crowd.keys),
        Term("a place each", crowd.leavers * crowd.places),
        Term("the account", crowd.leavers),
    ]


def claude(crowd: Crowd) -> list[Term]:
    """Anthropic: pages of 1000; one listing has the keys of every workspace, and inactive ones stay in it."""
    keys = ceil(crowd.people * crowd.keys / 1000)
    return [
        *writes(crowd),
        Term("before: people", ceil(crowd.people / 1000)),
        Term("before: members of each place", crowd.places * ceil(crowd.people / 1000)),
        Term("before: keys", keys),
        Term("before: open invitations", 1),
        Term("afterwards: people", ceil(max(1, crowd.stay) / 1000)),
        Term("afterwards: keys", keys),
    ]


def openai(crowd: Crowd) -> list[Term]:
    """OpenAI: pages of 100. Members and keys are listed project by project, the default one too: a place or a key made there by
    hand goes as well. A deleted key is gone from the list, and only where one was need be looked again."""
    in_a_place = crowd.people * crowd.keys // crowd.places
    return [
        *writes(crowd),
        Term("before: people", ceil(crowd.people / 100)),
        Term("before: members of each project", crowd.places * ceil(crowd.people / 100) + 1),
        Term("before: keys of each project, and Admin API keys", crowd.places * ceil(in_a_place / 100) + 2),
        Term("before: open invitations", 1),
        Term("afterwards: people", ceil(max(1, crowd.stay) / 100)),
        Term("afterwards: keys of each place", crowd.places),
    ]


LEAST = {"claude": claude, "openai": openai}


def total(terms: list[Term]) -> int:
    return sum(term.requests for term in terms)
