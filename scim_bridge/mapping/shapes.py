"""Fields for what people write by hand: strict about types, plain about mistakes.

Each mistake is a `Flaw`: a stable code and a sentence. marshmallow carries them in its nested error dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields

from scim_bridge.mapping.problems import Code, Path, Report, did_you_mean, listed, nearest

_DURATION = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Flaw:
    code: Code
    message: str


_UNKNOWN = Flaw("unknown_key", "")  # replaced by a sentence with a suggestion, where the schema is known
_MESSAGES = {
    "required": [Flaw("missing_key", "is missing")],
    "null": [Flaw("wrong_type", "Nothing stands here. Give a value, or leave the key out.")],
}


def refusal(code: Code, message: str) -> ValidationError:
    return ValidationError([Flaw(code, message)])


def wrong_type(wanted: str, value: Any) -> ValidationError:
    hint = ""
    if wanted == "text" and isinstance(value, (bool, int, float)):
        hint = " Put it in quotes."
    elif wanted == "text" and isinstance(value, dict) and list(value.values()) == [None]:
        hint = f' With braces it needs quotes: "{{{next(iter(value))}}}".'
    elif wanted == "true or false" and isinstance(value, str) and value.lower() in ("yes", "no", "on", "off"):
        hint = f" Write {'true' if value.lower() in ('yes', 'on') else 'false'}."
    return refusal("wrong_type", f"This must be {wanted}, not {_kind(value)}.{hint}")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "a number"
    kinds: dict[Any, str] = {str: "text", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), "nothing")


class Field(fields.Field[Any]):
    default_error_messages = _MESSAGES  # type: ignore[assignment]


class Text(Field):
    """Text that is not blank."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise wrong_type("text", value)
        if not value.strip():
            raise refusal("bad_value", "This text is blank.")
        return value


class Choice(Field):
    """One of a few words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise wrong_type(listed(self.words), value)
        if value not in self.words:
            raise refusal("bad_value", f'"{value}" is not {listed(self.words)}.{did_you_mean(value, self.words)}')
        return value


class Flag(Field):
    """`true` or `false`, spelled so."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise wrong_type("true or false", value)
        return value


class Whole(Field):
    """A whole number from 0 up."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type("a whole number", value)
        if not 0 <= value <= 1_000_000_000:
            raise refusal("bad_value", "This must be 0 or more, and at most a thousand million.")
        return value


class Share(Field):
    """A part of a whole, from 0 to 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise wrong_type("a number from 0 to 1", value)
        if not 0 <= value <= 1:
            hint = f" For {value:g} percent write {value / 100:g}." if 1 < value <= 100 else ""
            raise refusal("bad_value", f"A share lies between 0 and 1.{hint}")
        return float(value)


class Duration(Field):
    """A span such as 1h, 30m or 90s."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> timedelta:
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise refusal("bad_value", "Write a span as 90s, 30m, 1h or 1d.")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


class Day(Field):
    """A date such as 2027-01-31."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            raise refusal("bad_value", f"The calendar has no {value}.") from None
        raise refusal("bad_value", "Write a date as 2027-01-31: year, month, day.")


class Items(Field):
    """A list; `least` is how many items it needs."""

    def __init__(self, inner: fields.Field[Any], *, least: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner
        self.least = least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise wrong_type("a list", value)
        if len(value) < self.least:
            raise refusal("bad_value", "This list is empty.")
        return list(_each(self.inner, enumerate(value)).values())


class Table(Field):
    """A mapping whose keys are the writer's own."""

    def __init__(self, inner: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise wrong_type("a mapping", value)
        return _each(self.inner, value.items())


def _each(inner: fields.Field[Any], pairs: Any) -> dict[Any, Any]:
    good: dict[Any, Any] = {}
    bad: dict[Any, Any] = {}
    for key, value in pairs:
        try:
            good[key] = inner.deserialize(value)
        except ValidationError as error:
            bad[key] = error.messages
    if bad:
        raise ValidationError(bad)
    return good


class Section(Field):
    """A mapping with known keys. One schema instance each, made at import."""

    def __init__(self, schema: Schema, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schema = schema

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise wrong_type("a mapping", value)
        try:
            return self.schema.load(value)
        except ValidationError as error:
            raise ValidationError(error.messages) from error


class Strict(Schema):
    """Unknown keys are errors, on this level too: `unknown` does not reach nested schemas by itself."""

    class Meta:
        unknown = RAISE

    error_messages: ClassVar[dict[str, Any]] = {"unknown": _UNKNOWN}  # type: ignore[misc]

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Give every unknown key the sentence that names its neighbour. What is misspelt is not missing as well."""
        messages = error.messages_dict
        for key in [key for key, flaws in messages.items() if flaws == [_UNKNOWN]]:
            hint = did_you_mean(str(key), self.fields) or f" Known here: {', '.join(self.fields)}."
            messages[key] = [Flaw("unknown_key", f'"{key}" is not a key of this mapping.{hint}')]
            meant = nearest(str(key), self.fields)
            if meant is not None and messages.get(meant) == _MESSAGES["required"]:
                del messages[meant]


def note(report: Report, error: ValidationError) -> None:
    """Put every flaw of a schema's answer into the report, at its line and column."""
    for path, flaw in _flaws(error.messages, ()):
        if flaw.code == "missing_key":
            report.error(path[:-1], flaw.code, f"`{path[-1]}` is missing.", at_key=True)
        else:
            report.error(path, flaw.code, flaw.message, at_key=flaw.code == "unknown_key")


def _flaws(messages: Any, path: Path) -> Iterator[tuple[Path, Flaw]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flaws(inner, path if key == "_schema" else (*path, key))
        return
    for message in messages if isinstance(messages, list) else [messages]:
        yield path, message if isinstance(message, Flaw) else Flaw("bad_value", str(message))
