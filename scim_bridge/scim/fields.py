"""marshmallow fields and schemas, built from the registry once. One instance each: they keep no state."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load

from scim_bridge.scim import dialects
from scim_bridge.scim.attribute import NUMBERS, Attribute
from scim_bridge.scim.instant import parse_instant

MAX_TEXT = 8 * 1024  # characters of one value
MAX_BINARY = 64 * 1024  # characters of a certificate in base64
MAX_VALUES = 1000  # values of one attribute
MAX_NUMBER = 2**53  # every whole number up to here is the same in JSON readers everywhere (RFC 8259 section 6)

_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?")
_EMPTY: tuple[object, ...] = ("", [], {})


def is_given(value: object) -> bool:
    """Whether a client gave a value; null, "" and empty things are none (RFC 7643 section 2.5)."""
    return value is not None and value not in _EMPTY


class TextField(fields.Field[str]):
    """string, reference and binary. Text is kept as it was sent: Entra compares what it gets back."""

    def __init__(self, attribute: Attribute) -> None:
        super().__init__(required=attribute.required, error_messages={"required": "is required."})
        self.scim = attribute
        self.limit = MAX_BINARY if attribute.type == "binary" else MAX_TEXT

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        value = dialects.unwrapped(value, self.scim.name)
        if not isinstance(value, str):
            raise ValidationError(f"must be text, not {kind_of(value)}.")
        if len(value) > self.limit:
            raise ValidationError(f"has {len(value)} characters; at most {self.limit} are kept.")
        if "\x00" in value or not (value.isascii() or value.encode("utf-8", "replace").decode() == value):
            raise ValidationError("holds characters that no text can have.")
        if self.scim.required and not value.strip():
            raise ValidationError("is required and must not be blank.")
        return value


class InstantField(TextField):
    """dateTime, kept as it was sent."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            parse_instant(text)
        except ValueError as error:
            raise ValidationError('must be a date and time, such as "2026-01-31T09:30:00Z".') from error
        return text


class NumberField(fields.Field[float]):
    """integer and decimal. Entra sends numbers as text, too."""

    def __init__(self, attribute: Attribute) -> None:
        super().__init__(required=attribute.required, error_messages={"required": "is required."})
        self.scim = attribute

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        number = number_in(dialects.unwrapped(value, self.scim.name))
        if number is None or (self.scim.type == "integer" and number != int(number)):
            raise ValidationError("must be a whole number." if self.scim.type == "integer" else "must be a number.")
        if abs(number) > MAX_NUMBER:
            raise ValidationError(f"must lie between {-MAX_NUMBER} and {MAX_NUMBER}.")
        return int(number) if self.scim.type == "integer" else number


def number_in(value: object) -> int | float | None:
    """A JSON number, or one written as text; None for everything else, NaN and the infinities included."""
    number = float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return number if isinstance(number, int) or math.isfinite(number) else None


class FlagField(fields.Field[bool]):
    """boolean; Entra sends "True" and "False" (entra-flags). Nothing else is taken for a boolean."""

    def __init__(self, attribute: Attribute) -> None:
        super().__init__(required=attribute.required, error_messages={"required": "is required."})
        self.scim = attribute

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        value = dialects.unwrapped(value, self.scim.name)
        word = value.strip().lower() if isinstance(value, str) else value
        if word is True or word == "true":
            return True
        if word is False or word == "false":
            return False
        raise ValidationError("must be true or false.")


class ValuesField(fields.List[Any]):
    """A multi-valued attribute. One object alone is a list of one; what is empty is left out; one `primary` at most."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        items = [each for each in dialects.as_list(value) if is_given(each)]
        if len(items) > MAX_VALUES:
            raise ValidationError(f"has {len(items)} values; at most {MAX_VALUES} are kept.")
        loaded = super()._deserialize(items, attr, data, **kwargs)
        return settle_primary([each for each in loaded if not is_husk(each)])


def is_husk(value: object) -> bool:
    """A value of which only its classification is left: Entra sends `{"type": "work", "value": null}` to clear."""
    return isinstance(value, Mapping) and value.keys() <= {"type", "primary"}


def settle_primary(values: list[Any]) -> list[Any]:
    """At most one value is primary; where a client names several, the last one wins."""
    chosen = [index for index, each in enumerate(values) if isinstance(each, Mapping) and each.get("primary") is True]
    return [{**each, "primary": False} if index in chosen[:-1] else each for index, each in enumerate(values)]


class FoldedSchema(Schema):
    """Takes names in any case, drops unknown ones and empty values."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "must be an object."}  # noqa: RUF012  # marshmallow's own name, merged by its metaclass
    scim_name: str
    by_name: dict[str, Attribute]

    @pre_load
    def fold_names(self, given: Any, **kwargs: Any) -> Any:
        given = dialects.as_object(given, "value" in self.by_name)
        if not isinstance(given, Mapping):
            return given
        found = ((self.by_name.get(str(key).lower()), value) for key, value in given.items())
        kept = {each.name: value for each, value in found if each is not None and _worth(each, value)}
        return dialects.role_from_json(kept) if self.scim_name == "roles" else kept

    @post_load
    def drop_empty(self, loaded: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in loaded.items() if value not in _EMPTY}


def _worth(attribute: Attribute, value: object) -> bool:
    """An empty text is no value, except that `active: ""` is a mistake somebody must hear of."""
    return value is not None if attribute.type == "boolean" else is_given(value)


def schema_for(name: str, attributes: Iterable[Attribute]) -> FoldedSchema:
    """An instance for the writable ones among the attributes."""
    writable = [each for each in attributes if each.writable]
    made = FoldedSchema.from_dict({each.name: field_for(each) for each in writable}, name=name)
    instance = cast("FoldedSchema", made())
    instance.scim_name, instance.by_name = name, {each.name.lower(): each for each in writable}
    return instance


def field_for(attribute: Attribute) -> fields.Field[Any]:
    """The field that reads one attribute's value."""
    if attribute.is_complex:
        inner = schema_for(attribute.name, attribute.sub_attributes)
        one: fields.Field[Any] = fields.Nested(inner, **_required(attribute))
    else:
        one = _simple_field(attribute)
    return ValuesField(one, **_required(attribute)) if attribute.multi_valued else one


def _simple_field(attribute: Attribute) -> fields.Field[Any]:
    if attribute.type == "boolean":
        return FlagField(attribute)
    if attribute.type in NUMBERS:
        return NumberField(attribute)
    return InstantField(attribute) if attribute.type == "dateTime" else TextField(attribute)


def _required(attribute: Attribute) -> dict[str, Any]:
    return {"required": attribute.required, "error_messages": {"required": "is required."}}


def kind_of(value: object) -> str:
    """A JSON type by the name people know it under."""
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object", str: "text"}
    return "null" if value is None else names.get(type(value), "something else")


def first_faults(error: ValidationError, prefix: str = "") -> str:
    """`emails.0.value: must be text, not a number.`, at most three of them."""
    faults = list(_flattened(error.messages, prefix))
    more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
    return "; ".join(faults[:3]) + more


def _flattened(messages: object, path: str) -> Iterable[str]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            step = path if key == "_schema" else f"{path}{'' if not path or path.endswith(':') else '.'}{key}"
            yield from _flattened(inner, step)
    elif isinstance(messages, list):
        for each in messages:
            yield from _flattened(each, path)
    else:
        yield f"{path}: {messages}" if path else str(messages)
