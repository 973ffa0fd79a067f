"""Schema documents of the deployment's own (RFC 7643 section 7) in `schemas/*.json` beside the mapping files: read and checked.

JSON is read twice: strictly for what it says, and as YAML, of which it is a part, for where each value stands.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from scim_bridge.mapping import nodes
from scim_bridge.mapping.problems import Problem, Report
from scim_bridge.mapping.shapes import Choice, Field, Flag, Items, Section, Strict, Text, note
from scim_bridge.mapping.spot import Spot
from scim_bridge.scim.attribute import MAX_NAME, MAX_PATH, Schema
from scim_bridge.scim.registry import ENTERPRISE_SCHEMA, GROUP_SCHEMA, RESOURCE_TYPES, USER_SCHEMA

FOLDER = "schemas"
SUFFIX = ".json"
MAX_BYTES = 100_000
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[A-Za-z0-9:._-]*[A-Za-z0-9]", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|\$ref")
_WORDS = frozenset(["eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le", "and", "or", "not", "true", "false", "null"])
_SIMPLE = ("string", "boolean", "decimal", "integer", "dateTime", "reference", "binary")
_OUR_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


class Ignored(Field):
    """A key that documents of other servers have, and that says nothing to the bridge."""


class SubAttributeSchema(Strict):
    name = Text(required=True)
    type = Choice(*_SIMPLE, required=True)
    multiValued = Flag()  # noqa: N815  the RFC's name, as all below
    description = Text()
    required = Flag()
    caseExact = Flag()  # noqa: N815
    canonicalValues = Items(Text(), least=0)  # noqa: N815
    referenceTypes = Items(Text(), least=0)  # noqa: N815
    mutability = Choice("readWrite")
    returned = Choice("default", "always", "request")
    uniqueness = Choice("none")


class AttributeSchema(SubAttributeSchema):
    type = Choice(*_SIMPLE, "complex", required=True)
    subAttributes = Items(Section(SubAttributeSchema()))  # noqa: N815


class DocumentSchema(Strict):
    schemas = Items(Choice(_OUR_SCHEMA))
    id = Text(required=True)
    extends = Choice(*(each.id for each in RESOURCE_TYPES), required=True)
    name = Text(required=True)
    description = Text()
    attributes = Items(Section(AttributeSchema()), required=True)
    meta = Ignored()


DOCUMENT = DocumentSchema()


@dataclass(frozen=True)
class Declared:
    """`extensions` by the id of the resource type they extend; empty when there is any error."""

    extensions: Mapping[str, tuple[Schema, ...]] = field(default_factory=dict)
    errors: tuple[Problem, ...] = ()

    @property
    def urns(self) -> list[str]:
        return [schema.id for some in self.extensions.values() for schema in some]


def read_schema_folder(mappings: Path) -> dict[str, bytes]:
    """Every file of `schemas/` that ends in `.json`, by its path from the folder of mapping files. OSError if unreadable."""
    folder = mappings / FOLDER
    if not folder.is_dir():
        return {}
    files = sorted(each for each in folder.iterdir() if each.name.endswith(SUFFIX) and each.name[0] != "." and each.is_file())
    return {f"{FOLDER}/{each.name}": each.read_bytes() for each in files}


def load_schemas(files: Mapping[str, bytes]) -> Declared:
    """What the files declare, or the list of everything that is wrong with them: they are taken whole or not at all."""
    found: dict[str, list[Schema]] = defaultdict(list)
    reports = []
    taken = {each.id.lower(): "the bridge itself" for each in (USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA)}
    for file in sorted(files):
        document = _document(file, files[file])
        reports.append(document.report)
        top = Spot(document.content, (), document.report)
        if document.content is None or not _well_formed(top):
            continue
        _check(top, taken)
        if not document.report.errors:
            found[top["extends"].text or ""].append(Schema.read(document.content))
    errors = tuple(sorted({problem for report in reports for problem in report.errors}))
    return Declared({} if errors else {name: tuple(some) for name, some in found.items()}, errors)


def _document(file: str, source: bytes) -> nodes.Document:
    """The file as values that know where they stand; a tab stands for a blank there, which keeps every column."""
    if len(source) > MAX_BYTES:
        return _refused(file, (1, 1), "too_large", f"The file has {len(source)} bytes; a schema file has at most {MAX_BYTES}.")
    try:
        json.loads(source)
    except json.JSONDecodeError as error:
        return _refused(file, (error.lineno, error.colno), "bad_json", f"This is not JSON: {error.msg}.")
    except UnicodeDecodeError:
        return nodes.read(file, source)  # which says where
    except RecursionError:
        return _refused(file, (1, 1), "bad_json", "This is nested too deep.")
    return nodes.read(file, source.replace(b"\t", b" "))


def _refused(file: str, mark: tuple[int, int], code: Any, message: str) -> nodes.Document:
    document = nodes.Document(Report(file))
    document.report.at(mark, code, message)
    return document


def _well_formed(top: Spot) -> bool:
    if not isinstance(top.value, dict):
        top.error("wrong_type", "A schema file is one JSON object: a schema document, with `extends`.")
        return False
    try:
        DOCUMENT.load(top.value)
    except ValidationError as error:
        note(top.report, error)
    return not top.report.errors


def _check(top: Spot, taken: dict[str, str]) -> None:
    urn = top["id"].text or ""
    if not _URN.fullmatch(urn):
        top["id"].error("bad_schema", f'"{urn}" is not a URN such as urn:example:scim:schemas:extension:lab:2.0:User.')
    if urn.lower() in taken:
        top["id"].error("duplicate_schema", f'"{urn}" is declared by {taken[urn.lower()]} already.')
    taken.setdefault(urn.lower(), top.report.file)
    for attribute in _named_once(top["attributes"].items()):
        room = MAX_PATH - len(urn) - 1
        _check_name(attribute, room, f"With its schema's URN a name has at most {MAX_PATH} characters.")
        _check_parts(attribute)


def _check_parts(attribute: Spot) -> None:
    if (attribute["type"].text == "complex") != ("subAttributes" in attribute):
        attribute["type"].error("bad_schema", "An attribute has `subAttributes` when its type is complex, and only then.")
    for sub in _named_once(attribute["subAttributes"].items()):
        _check_name(sub, MAX_NAME, f"The name of a sub-attribute has at most {MAX_NAME} characters.")
        if sub["multiValued"].value:
            sub["multiValued"].error("bad_schema", "A sub-attribute has one value. Make the attribute around it multi-valued.")


def _named_once(some: Iterable[Spot]) -> Iterator[Spot]:
    seen: set[str] = set()
    for each in some:
        name = (each["name"].text or "").lower()
        if name in seen:
            message = f'"{each["name"].text}" is there already: names are compared without case.'
            each["name"].error("duplicate_attribute", message)
        seen.add(name)
        yield each


def _check_name(attribute: Spot, room: int, too_long: str) -> None:
    name = attribute["name"].text or ""
    if not _NAME.fullmatch(name) or name.lower() in _WORDS:
        message = f'"{name}" is no name for an attribute: a letter, then letters, digits, - or _, and no word of filters.'
        attribute["name"].error("bad_schema", message)
    elif len(name) > room:
        attribute["name"].error("bad_schema", too_long)
