"""The extensions that this process speaks: declared once, when it starts, and kept while it runs.

A file that is changed, bad or gone later changes nothing here, and `/readyz` says what a start would find. A web worker that
is forked again keeps what the process it comes from has declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scim_bridge.errors import SettingsError
from scim_bridge.mapping.problems import Problem
from scim_bridge.mapping.schema_files import FOLDER, Declared, load_schemas, read_schema_folder
from scim_bridge.scim import registry


@dataclass
class _Started:
    folder: Path | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    declared: Declared = field(default_factory=Declared)


_started = _Started()


def declare_from(mappings: Path) -> None:
    """Declare what the folder's schema files say, unless this process did before. SettingsError, with every mistake."""
    if _started.folder == mappings.resolve():
        return
    files, declared = _look(mappings)
    if declared.errors:
        listed = "\n  ".join(str(each) for each in declared.errors)
        raise SettingsError(f"The schema files in {mappings / FOLDER} cannot be read, so nothing is started:\n  {listed}")
    _keep(mappings.resolve(), files, declared)


def declare_what_stands_in(mappings: Path) -> tuple[Problem, ...]:
    """For commands that look at a folder: declare what it says now, or nothing when it has mistakes, which are the answer."""
    files, declared = _look(mappings)
    _keep(None, files, declared)
    return declared.errors


def forget() -> None:
    """As before any start."""
    _keep(None, {}, Declared())


def extensions_state(mappings: Path) -> dict[str, Any]:
    """For `/readyz`: what is in force, and what a start would find in the folder now."""
    files, declared = _look(mappings)
    return {
        "in_force": _started.declared.urns,
        "restart_needed": files != _started.files,
        "problems": [asdict(each) for each in declared.errors],
    }


def _look(mappings: Path) -> tuple[Mapping[str, bytes], Declared]:
    try:
        files = read_schema_folder(mappings)
    except OSError as error:
        problem = Problem(FOLDER, 1, 1, "unreadable", f"The schema files cannot be read: {error.strerror}.")
        return {}, Declared(errors=(problem,))
    return files, _started.declared if files == _started.files else load_schemas(files)


def _keep(folder: Path | None, files: Mapping[str, bytes], declared: Declared) -> None:
    if declared is not _started.declared:
        registry.declare(declared.extensions)
    _started.folder, _started.files, _started.declared = folder, files, declared
