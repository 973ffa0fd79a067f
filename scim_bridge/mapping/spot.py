"""A value of a mapping file together with where it stands: what the checks walk over.

Values of the wrong type were reported by the schema already; here they read as absent, so that every other mistake of
the file is found as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from scim_bridge.mapping.problems import Code, Path, Report, nearest


@dataclass(frozen=True)
class Spot:
    value: Any
    path: Path
    report: Report

    def __getitem__(self, key: str) -> Spot:
        """What stands under a key; a spot without value when there is none."""
        return Spot(self.value.get(key) if isinstance(self.value, dict) else None, (*self.path, key), self.report)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def lacks(self, *keys: str, known: Collection[str]) -> tuple[str, ...]:
        """Which of the keys are missing. One that is there misspelt was reported as unknown, and is not missing."""
        found = self.value if isinstance(self.value, dict) else {}
        misspelt = {nearest(key, known) for key in found if key not in known}
        return tuple(key for key in keys if key not in found and key not in misspelt)

    @property
    def text(self) -> str | None:
        return self.value if isinstance(self.value, str) and self.value.strip() else None

    @property
    def line(self) -> int:
        return self.report.line(self.path)

    def items(self) -> Iterator[Spot]:
        """The items of a list."""
        for index, each in enumerate(self.value if isinstance(self.value, list) else ()):
            yield Spot(each, (*self.path, index), self.report)

    def entries(self) -> Iterator[tuple[str, Spot]]:
        """The entries of a mapping."""
        for key in self.value if isinstance(self.value, dict) else ():
            yield key, self[key]

    def error(self, code: Code, message: str, *, at_key: bool = False, offset: int | None = None) -> None:
        self.report.error(self.path, code, message, at_key=at_key, offset=offset)

    def warn(self, code: Code, message: str, *, at_key: bool = False) -> None:
        self.report.warn(self.path, code, message, at_key=at_key)
