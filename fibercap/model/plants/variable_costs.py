"""Variable costs of plants: cash costs of plant and projects, and what cost lines use, for what is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, RATE
from fibercap.model.currency.currencies import Currencies
from fibercap.model.plants.capacity import Plant
from fibercap.model.plants.cost_lines import cost_row
from fibercap.model.plants.products_and_time import series_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.language.series import Series
    from fibercap.core.timeline import Timeline
    from fibercap.model.plants.cost_lines import CostLine
    from fibercap.model.plants.projects import Project


@dataclass(frozen=True)
class VariableCosts:
    """The variable costs of a plant: its cash cost, that of its projects, and what its cost lines use.

    Source
    ------
    docs/conventions.md, section 3, Revenue and cost.
    """

    sheet: Sheet
    key: str
    plant: Plant
    apart: tuple[str, ...]
    """The projects whose shipments count apart."""
    projects: tuple[str, ...]
    """Those of them that have a cash cost of their own."""
    money: Currencies

    @property
    def prefix(self) -> str:
        """The prefix of the plant's rows."""
        return f"plants.{self.key}"

    @property
    def lines(self) -> dict[str, CostLine]:
        """The lines by name, except those by the year."""
        return {name: line for name, line in self.plant.costs.items() if line.price is not None}

    def write_inputs(self, timeline: Timeline, projects: Mapping[str, Project], unit: str) -> None:
        """Write the rows of cash costs, uses and prices, and the share in capacity of projects that count apart.

        Parameters
        ----------
        timeline, projects, unit : Timeline, mapping, str
            The periods of the sheet, the projects by name, and the unit of the plant's products.
        """

        def write(path: str, words: str, series: Series, per: str) -> None:
            series_row(self.sheet, timeline, path, words, series, f"{self.money.code_of(path)}/{per}")

        label, capacity = self.plant.name or key_in_words(self.key), f"{{{self.prefix}.effective_capacity}}"
        if self.plant.has_cash_cost:
            write(f"{self.prefix}.cash_cost", f"{label}: cash cost", self.plant.cash_cost, unit)
        for name, line in self.lines.items():
            path, words = f"{self.prefix}.costs.{name}", f"{label}: {name.replace('_', ' ')}"
            if line.use is not None:
                per = f"{line.material}/{unit}"
                series_row(self.sheet, timeline, f"{path}.use", f"{words}, use", line.use, per)
            if line.price is not None:
                write(f"{path}.price", f"{words}, price", line.price, line.material)
        for name in self.apart:
            path, words = f"projects.{name}", projects[name].name or key_in_words(name)
            if (cost := projects[name].cash_cost) is not None:
                write(f"{path}.cash_cost", f"{words}: cash cost", cost, unit)
            text = f"IF({capacity} > 0, {{{path}.effective_capacity}} / {capacity}, 0)"
            self.sheet.line(Row(f"{path}.capacity_share", f"{words}: share of capacity", "", RATE, text))

    def write_unit_cost(self, unit: str) -> None:
        """Write the variable cost of one more unit, `plants.<p>.variable_cost_per_unit`, unless it is the cash cost.

        Parameters
        ----------
        unit : str
            The unit of the plant's products.
        """
        shares = [f"{{projects.{name}.capacity_share}}" for name in self.projects]
        terms = self._cash_cost_of_plant(f"(1 - ({' + '.join(shares)})) * " if shares else "")
        terms += [self._cash_cost(f"projects.{k}", f"{s} * ") for k, s in zip(self.projects, shares, strict=True)]
        terms += [self._material_cost(name, line, "") for name, line in self.lines.items()]
        if self.lines or self.projects or not self.plant.has_cash_cost:
            words, unit = (
                f"{self.plant.name or key_in_words(self.key)}: variable cost per unit",
                f"{self.money.reporting}/{unit}",
            )
            self.sheet.line(Row(f"{self.prefix}.variable_cost_per_unit", words, unit, RATE, " + ".join(terms) or "0"))

    def unit_text(self) -> str:
        """Return the formula of the variable cost of one more unit, in the reporting currency. [money/unit]"""
        row = f"{self.prefix}.variable_cost_per_unit"
        return f"{{{row}}}" if row in self.sheet else self._cash_cost(self.prefix, "")

    def write_costs(self) -> None:
        """Write what shipments cost: each line, each such project, and all together, `plants.<p>.variable_cost`."""
        label, shipments = self.plant.name or key_in_words(self.key), f"{{{self.prefix}.shipments}}"
        rest, terms = shipments, []
        for name in self.apart:
            path, words = f"projects.{name}", name
            text = f"{shipments} * {{{path}.capacity_share}}"
            self.sheet.line(Row(f"{path}.shipments", f"{words}: shipments", self._unit, FLOW, text))
            if name not in self.projects:
                continue
            text = self._cash_cost(path, f"{{{path}.shipments}} * ")
            terms.append(cost_row(self.sheet, (f"{path}.variable_cost", f"{words}: variable cost"), text, self.money))
            rest += f" - {{{path}.shipments}}"
        for name, line in self.lines.items():
            named = (f"{self.prefix}.costs.{name}", f"{label}: {name.replace('_', ' ')}")
            terms.append(cost_row(self.sheet, named, self._material_cost(name, line, f"{shipments} * "), self.money))
        base = f"({rest}) * " if self.projects else f"{rest} * "
        text = " + ".join([*self._cash_cost_of_plant(base), *terms]) or "0"
        row = Row(f"{self.prefix}.variable_cost", f"{label}: variable cost", self.money.reporting, FLOW, text)
        self.sheet.line(row)

    @property
    def _unit(self) -> str:
        return self.sheet.rows[f"{self.prefix}.shipments"].unit

    def _cash_cost_of_plant(self, times: str) -> list[str]:
        """Return the formula of the plant's own cash cost, if it has one."""
        return [self._cash_cost(self.prefix, times)] if self.plant.has_cash_cost else []

    def _cash_cost(self, of: str, times: str) -> str:
        path = f"{of}.cash_cost"
        return self.money.flow(path, f"{times}{{inputs.{path}}}")

    def _material_cost(self, name: str, line: CostLine, times: str) -> str:
        """Return the formula of what a line costs, for each unit that is good, in the reporting currency."""
        path = f"{self.prefix}.costs.{name}"
        use = f"{{inputs.{path}.use}} * " if line.use is not None else ""
        good = f" / {{inputs.{self.prefix}.yield}}" if self.plant.good_share is not None else ""
        return self.money.flow(f"{path}.price", f"{times}{use}{{inputs.{path}.price}}{good}")
