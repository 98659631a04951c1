"""Make the parts of a JSON Schema from Specs and their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, get_args, get_origin

from fibercap.core.currencies import CURRENCIES
from fibercap.core.language.fields import Field, Word
from fibercap.core.language.grammar import Json
from fibercap.core.language.names import NAME
from fibercap.core.language.spec import OneOf, Spec, collection_in, specs_in
from fibercap.model.funding.sources import RESERVED
from fibercap.reading.schema.defaults import kind_words, written_default
from fibercap.reading.schema.help import block_help, field_help

_UNIQUE: Final = f"(?!(?:{'|'.join(RESERVED)})$){NAME}"
NAMES: Final = {
    **dict.fromkeys(("plants", "projects", "loans"), _UNIQUE),
    "exchange": "|".join(CURRENCIES),
}
"""Patterns of the names in collections that have a pattern of their own."""
VERBS: Final = ("change", "add", "remove")


class Maker:
    """Makes the parts of a schema and keeps the shared ones by name.

    `in_change` makes the schema of changes: any part of a block, and operators in place of quantities and dates.
    """

    def __init__(self, parts: dict[str, Json], *, in_change: bool) -> None:
        self.parts, self.in_change = parts, in_change
        self._specs: dict[str, type[Spec]] = {}

    def block(self, spec: type[Spec], *, member: bool = False) -> Json:
        """Return a reference to the schema of a block; a member of a collection may have the key `like`."""
        name = spec.__name__
        if self._specs.setdefault(name, spec) is not spec:
            name = f"{name}_of_{spec.__module__.rsplit('.', 1)[-1]}"
        name = f"{name}_changed" if self.in_change else name
        if name not in self.parts:
            self.parts[name] = {}  # an option holds changes, which hold options
            self.parts[name] = self._block(spec, member=member)
        return {"$ref": f"#/$defs/{name}"}

    def _block(self, spec: type[Spec], *, member: bool) -> Json:
        block: Json = {"title": _words(spec.__name__), "description": block_help(spec), "type": "object"}
        block["properties"] = {}
        block["additionalProperties"] = False
        for key, name in spec.fields_by_key().items():
            if name in spec.gathers:
                block |= self._names_beside(spec, name)
            else:
                block["properties"][key] = self.property(spec, key, name)
        if member:
            block["properties"]["like"] = {"$ref": "#/$defs/like"}
        needs = {} if self.in_change else _needs(spec)
        return block | ({"if": {"required": ["like"]}, "else": needs} if member and needs else needs)

    def _names_beside(self, spec: type[Spec], name: str) -> Json:
        """Return the schema of the keys that a field of a block gathers."""
        annotation, kind = kind_of(spec, name)
        if isinstance(kind, Field):
            (form,) = kind.schema()["anyOf"]
            return {key: part for key, part in self._form(form).items() if key != "type"}
        return {"additionalProperties": self.value(collection_in(annotation))}

    def property(self, spec: type[Spec], key: str, name: str) -> Json:
        """Return the schema of a key of a block, with its description, unit, default and examples.

        Parameters
        ----------
        spec : type
            The class of the block.
        key, name : str
            The key in the file, and the name of its field.
        """
        annotation, kind = kind_of(spec, name)
        help_ = field_help(spec, name)
        shape = self.shape(key, annotation, kind)
        unit = self.unit_of(shape)
        property_schema: Json = {"description": f"{help_.description} [{unit}]" if unit else help_.description}
        property_schema |= {"x-unit": unit} if unit else {}
        if self.in_change:  # a key that is left out stays unchanged, so there is no default
            return property_schema | shape
        field = spec.model_fields[name]
        default = None if field.is_required() else written_default(field.default, kind)
        property_schema |= {} if default is None or key in kind_words(spec) else {"default": default}
        examples = help_.examples or tuple(_enum(kind))
        return property_schema | {"examples": list(examples)} | shape

    def unit_of(self, shape: Json) -> str:
        """Return the unit of a schema, or ""."""
        part = self.parts.get(str(shape.get("$ref", "")).removeprefix("#/$defs/"), {})
        return str(part.get("x-unit", ""))

    def shape(self, key: str, annotation: Any, kind: Field | OneOf | None) -> Json:
        """Return the schema of the values of a key.

        Parameters
        ----------
        key : str
            The key in the file.
        annotation : type
            The annotation of its field.
        kind : Field or OneOf, optional
            The field type or union that reads it.
        """
        if kind is not None:
            return self.value(Annotated[annotation, kind])
        member = collection_in(annotation)
        if member is not None:
            spelt = {"propertyNames": {"pattern": f"^(?:{NAMES.get(key, NAME)})$"}}
            return {"type": "object", "additionalProperties": self.value(member, member=True), **spelt}
        if key in VERBS:
            return {"$ref": f"#/$defs/{key}"}
        return self.value(annotation)

    def value(self, annotation: Any, *, member: bool = False) -> Json:
        """Return the schema of the values of an annotation; `member` is for members of collections."""
        kind = mark_in(annotation)
        if isinstance(kind, OneOf):
            return self._union(kind)
        if kind is not None:
            return self.value_reference(kind.schema())
        (spec,) = specs_in(annotation)
        inner = self.block(spec, member=member)
        if "value" in spec.fields_by_key():  # its sources stand beside its values
            return inner
        return {"if": {"required": ["value"]}, "then": _with_source(inner), "else": inner}

    def value_reference(self, value_schema: Json) -> Json:
        """Return a reference to a kind of value: bare, with its source or, in changes of quantities, an operator."""
        with_operators = self.in_change and "x-unit" in value_schema
        forms = value_schema.get("anyOf") or [
            {key: part for key, part in value_schema.items() if key not in ("title", "x-unit")}
        ]
        made, unit = [self._form(form) for form in forms], value_schema.get("x-unit")
        return self._part(value_schema["title"], made, unit, with_operators=with_operators)

    def _part(self, title: str, forms: list[Json], unit: str | None, *, with_operators: bool) -> Json:
        """Keep the schema of a kind of value under the name of its title; return a reference to it."""
        name = re.sub("[^a-z0-9]+", "_", title.lower()).strip("_") + ("_changed" if with_operators else "")
        ref = {"$ref": f"#/$defs/{name}"}
        operator = [{"$ref": "#/$defs/operator"}] if with_operators else []
        shown = {"x-unit": unit} if unit else {}
        made = {"title": title, **shown, "anyOf": [*forms, _with_source(ref), *operator]}
        if self.parts.setdefault(name, made) != made:
            raise ValueError(f"two kinds of values are titled `{title}`")
        return ref

    def _form(self, form: Json) -> Json:
        """Return a form in which each value of a block may have a source."""
        inner = {group: form[group] for group in ("patternProperties", "properties") if group in form}
        return form | {
            group: {key: self.value_reference(value) for key, value in values.items()}
            for group, values in inner.items()
        }

    def _union(self, union: OneOf) -> Json:
        forms = [form for tag, member in union.members.items() for form in self._forms(union, tag, member)]
        blocks = [form for form in forms if "$ref" in form or form.get("type") == "object"]
        words = [form for form in forms if "const" in form]
        bare = [form for form in forms if form not in blocks and form not in words]
        kinds: Json = {"type": "object", "anyOf" if self.in_change else "oneOf": blocks}  # a part may be one of several
        specs = [member for member in union.members.values() if isinstance(member, type)]
        shared = {key: [kind_words(spec)[key] for spec in specs] for key in kind_words(specs[0])} if specs else {}
        if shared:
            properties = {
                key: self.value_reference(Word(tuple(values), f"{key}s").schema()) for key, values in shared.items()
            }
            kinds |= {"properties": properties} | ({} if self.in_change else {"required": list(properties)})
        unit = {"1/year": "%/year", "percent": "%"}.get(union.unit or "", union.unit)
        forms = [*bare, kinds, *words]  # editors report what the first form that nearly fits lacks
        return self._part(union.title, forms, unit, with_operators=self.in_change)

    def _forms(self, union: OneOf, tag: str, member: Any) -> Iterator[Json]:
        """Yield the forms of a member of a union."""
        if isinstance(kind := mark_in(member), Field):
            yield from self._forms_of(kind)
        elif tag in union.words:
            yield {"type": "string", "const": tag, "description": block_help(member)}
            if member.one_of:  # it may have a value too
                yield self.block(member)
        elif gathered := next(iter(member.gathers), ""):
            description = {"title": _words(member.__name__), "description": block_help(member)}
            yield from self._forms_of(_field(member, gathered), description)
        else:
            if union.bare:
                yield from self._forms_of(_field(member, union.bare))
            yield self.block(member)

    def _forms_of(self, kind: Field, member: Json | None = None) -> Iterator[Json]:
        """Yield the forms of a field type; a form that is a block has its help and may have a note."""
        value_schema = kind.schema()
        for form in value_schema.get("anyOf") or [{key: part for key, part in value_schema.items() if key != "x-unit"}]:
            made = self._form(form) | (member or {})
            may_have_note = member is not None and "patternProperties" in made
            yield made | ({"properties": {"note": {"$ref": "#/$defs/note"}}} if may_have_note else {})


def _with_source(inner: Json) -> Json:
    """Return the schema of the block `{value, source, where, note}`."""
    beside = {key: {"$ref": f"#/$defs/{key}"} for key in ("source", "where", "note")}
    properties = {"value": inner, **beside}
    return {"type": "object", "properties": properties, "required": ["value"], "additionalProperties": False}


def _needs(spec: type[Spec]) -> Json:
    """Return the schema of the keys that a block must have."""
    required = [
        key
        for key, name in spec.fields_by_key().items()
        if spec.model_fields[name].is_required() and name not in spec.gathers
    ]
    required += kind_words(spec)
    kinds = (("oneOf", spec.one_of), ("anyOf", spec.any_of))
    groups = [{kind: [{"required": [key]} for key in group]} for kind, listed in kinds for group in listed]
    together = {key: list(others) for key, others in spec.together.items()}
    return (
        ({"required": required} if required else {})
        | ({"allOf": groups} if groups else {})
        | ({"dependentRequired": together} if together else {})
    )


def kind_of(spec: type[Spec], name: str) -> tuple[Any, Field | OneOf | None]:
    """Return a field's annotation, and the field type or union that reads it, if there is one.

    Parameters
    ----------
    spec : type
        The class of the block.
    name : str
        Name of the field.
    """
    field = spec.model_fields[name]
    marks = (mark for mark in field.metadata if isinstance(mark, Field | OneOf))
    return field.annotation, next(marks, None) or mark_in(field.annotation)


def _field(spec: type[Spec], name: str) -> Field:
    kind = kind_of(spec, name)[1]
    if not isinstance(kind, Field):
        raise TypeError(f"{spec.__name__}.{name} is read by no field type")
    return kind


def mark_in(annotation: Any) -> Field | OneOf | None:
    """Return the field type or union in an annotation, but not that of the members of a collection."""
    if get_origin(annotation) is Annotated:
        return next((mark for mark in get_args(annotation)[1:] if isinstance(mark, Field | OneOf)), None)
    if get_origin(annotation) in (Mapping, None):
        return None
    return next((mark for part in get_args(annotation) if (mark := mark_in(part)) is not None), None)


def _enum(kind: Field | OneOf | None) -> list[Any]:
    return list(kind.schema().get("enum", ())) if isinstance(kind, Field) else []


def _words(name: str) -> str:
    """Return the name of a class in words: `MoneyTerms` as `Money terms`."""
    return re.sub("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).capitalize()
