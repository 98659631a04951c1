"""Where `simulate` writes: one chart, or a folder of everything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from fibercap.commands.output import STANDARD_OUTPUT, is_stream, say_files, suffix_of, write_file
from fibercap.commands.terminal import say

if TYPE_CHECKING:
    from fibercap.model.plan.scenario import Scenario
    from fibercap.views.charts.chances.page import Chances

CASH: Final = "accounts.cash"


@dataclass(frozen=True)
class Output:
    """What is asked for: a chart, where to write, the kind of a chart's file, the form of samples, `--force`."""

    chart: str | None
    out: Path | None
    kind: str
    form: str
    force: bool

    def rows(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        """Return the rows to keep: those that are asked for; if none are and a fan chart is drawn, cash."""
        fans = self.chart == "fan" or (self.chart is None and self.out is not None)
        return asked or ((CASH,) if fans else ())

    def refuse(self, plan: Scenario) -> None:
        """Refuse, before any sample is drawn, what could not be written afterwards.

        Raises
        ------
        FibercapError
            If there is no such chart or kind of file, or a file exists.
        """
        from fibercap.views.charts.all_charts import refuse_unknown_suffix
        from fibercap.views.charts.chances.all_simulation_charts import refuse_unknown_chart
        from fibercap.views.files.writing import refuse_existing, refuse_unwritable_folder

        if self.chart:
            refuse_unknown_chart(self.chart)
            path, suffix = self._file(plan)
            refuse_unknown_suffix(suffix)
            if not is_stream(path):
                refuse_existing(path, force=self.force)
        elif self.out is not None:
            if self.out == STANDARD_OUTPUT:
                raise click.UsageError("--out writes a folder; name one, or print the document with --json")
            if self.out.suffix and not self.out.is_dir():
                raise click.UsageError(f"{self.out} looks like a file; name its chart by --chart, or a folder")
            refuse_existing(self.out / "manifest.json", force=self.force)
            refuse_unwritable_folder(self.out)
            if self.form == "parquet":
                from fibercap.views.files.parquet import refuse_without_pyarrow

                refuse_without_pyarrow()
        elif self.kind:
            raise click.UsageError("--as is the kind of a chart's file; name the chart by --chart")

    def _file(self, plan: Scenario) -> tuple[Path, str]:
        """Return the file of the chart, and the suffix that says what it is."""
        name = f"{plan.id}-{self.chart}.{self.kind or 'png'}"
        if self.out is None:
            return Path(name), f".{self.kind or 'png'}"
        if not is_stream(self.out) and (self.out.is_dir() or not self.out.suffix):
            return self.out / name, f".{self.kind or 'png'}"
        return self.out, suffix_of(self.out, self.kind, "png")

    def write(self, chances: Chances, settings: tuple[str, ...], *, as_json: bool) -> None:
        """Write the chart, or the folder, all files of it or none; nothing if neither is asked for.

        Parameters
        ----------
        chances : Chances
            The simulation, and what drives a measure of it.
        settings : tuple of str
            What `--set` changed.
        as_json : bool
            Whether a document is printed; then no names of files are.
        """
        from fibercap.reading.yaml_writer import yaml_text
        from fibercap.views.charts.chances.all_simulation_charts import write_simulation_chart
        from fibercap.views.files.former import former_files
        from fibercap.views.files.simulation_folder import simulation_folder
        from fibercap.views.files.writing import write_all

        plan = chances.simulation.scenario
        if self.chart:
            path, suffix = self._file(plan)
            content = write_simulation_chart(self.chart, suffix, chances)
            if path.parent == self.out:
                write_all(path.parent, {path.name: content}, force=self.force)
            else:
                write_file(path, content, force=self.force)
            if not as_json:
                say_files([path], as_json=False)
        elif self.out is not None:
            resolved = yaml_text(plan.standalone_tree, folders=False)
            files = simulation_folder(chances, resolved, settings, self.form)
            write_all(self.out, files, force=self.force, former=partial(former_files, self.out))
            say(f"{len(files)} files are in {self.out}", err=True)
