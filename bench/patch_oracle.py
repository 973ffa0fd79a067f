"""PATCH against scim2-models, an independent implementation, on many made-up users; the suite runs some hundreds.

    python -m bench.patch_oracle                 20,000 PATCHes of one to four operations
    python -m bench.patch_oracle 100000

Prints how many were compared, how many ended at a deliberate difference (docs/scim.md), and every disagreement beyond those.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from hypothesis import HealthCheck, given, settings

from tests.scim.patches import Resource, difference, ours, patches, users
from tests.scim.test_patch_oracle import disagreement


def outcome(before: Resource, some: list[Resource]) -> str:
    """`compared` to the end, or the name of the difference where the comparison ended."""
    for one in some:
        if (named := difference(before, one)) is not None:
            return named
        after = ours(before, [one])
        if isinstance(after, str):
            return "compared"
        before = after
    return "compared"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("number", nargs="?", type=int, default=20_000)
    number = options.parse_args().number
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []

    @settings(max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(users, patches)
    def compare(before: Resource, some: list[Resource]) -> None:
        outcomes[outcome(before, some)] += 1
        found = disagreement(before, some)
        if found is not None:
            wrong.append(found)

    compare()
    print(f"{sum(outcomes.values()):,} PATCHes: {outcomes.pop('compared', 0):,} compared to the end, {len(wrong)} disagreements")
    for name, times in outcomes.most_common():
        print(f"  {times:,} ended at a deliberate difference: {name}")
    for each in wrong[:10]:
        print(each)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
