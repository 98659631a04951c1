"""The scenario language as JSON Schema, draft 2020-12, made from the Specs."""

from fibercap.reading.schema.document import schema

__all__ = ["schema"]
