"""A folder of tables with a `datapackage.json`, which says what each column of each table is (Data Package 2)."""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from fibercap.views.files.former import DATAPACKAGE
from fibercap.views.files.table_file import FORMS
from fibercap.views.json.text import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.model.plan.scenario import Scenario
    from fibercap.views.files.table_file import TableFile

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_MEDIA: Final = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def folder_of_tables(plan: Scenario, tables: Sequence[TableFile], form: str = "csv") -> dict[str, bytes]:
    """Return the content of all files of a folder of tables, by name.

    Parameters
    ----------
    plan : Scenario
        The plan whose results they are.
    tables : sequence of TableFile
        The tables.
    form : str
        `csv` or `parquet`.
    """
    contents = [FORMS[form](table) for table in tables]
    resources = [_resource(table, content, form) for table, content in zip(tables, contents, strict=True)]
    package = {
        "$schema": PROFILE,
        "name": re.sub(r"[^a-z0-9._-]+", "-", plan.id.lower()),
        "title": plan.title or plan.id,
        "scenario": {"id": plan.id, "hash": plan.digest(), "option": plan.option, "fibercap": version("fibercap")},
        "sources": [_source(source.title, source.url) for source in plan.sources.values()],
        "resources": resources,
    }
    files = {resource["path"]: content for resource, content in zip(resources, contents, strict=True)}
    used = {key: value for key, value in package.items() if value}  # a package has no empty list
    return {**files, DATAPACKAGE: f"{json_text(used)}\n".encode()}


def _source(title: str, url: str) -> dict[str, str]:
    return {"title": title} | ({"path": url} if re.match("https?://", url) else {})


def _resource(table: TableFile, content: bytes, form: str) -> dict[str, Any]:
    return {
        "name": table.name.replace("/", "-"),
        "path": f"{table.name}.{form}",
        "title": table.title,
        "type": "table",
        "format": form,
        "mediatype": _MEDIA[form],
        **({"encoding": "utf-8"} if form == "csv" else {}),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": [column.description for column in table.columns], "primaryKey": list(table.key)},
    }
