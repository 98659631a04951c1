"""The laws of operations: working capital, capacity and products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.sheet import total
from fibercap.model.income.working_capital import CAPITAL_KINDS
from fibercap.model.laws.law import Law
from fibercap.model.plants.purchases import bought_capital

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan.plan import Plan


def laws_of_working_capital(plan: Plan) -> Iterator[Law]:
    """Yield the laws of working capital: not below zero, nor above opening, purchases and the flow of the period."""
    for kind, _, key in CAPITAL_KINDS:
        row, flow = f"{{accounts.{kind}}}", f"{{accounts.{key}}}"
        bought = total(
            f"plants.{name}.purchased.{kind}"
            for name, plant in plan.plants.items()
            if plant.purchase and kind in bought_capital(plant.purchase)
        )
        text = f"MIN({row}, 0) + MIN({{accounts.{kind}@-1}} + {flow} + {bought} - {row}, 0)"
        yield Law("billed", f"accounts.{kind}", text, (row, f"{{inputs.opening.{kind}}}"), (flow, bought))


def laws_of_capacity(plan: Plan) -> Iterator[Law]:
    """Yield the laws of capacity: no plant makes more than it can, ships more than it makes, or loses a product."""
    for name, plant in plan.plants.items():
        capacity = f"{{plants.{name}.effective_capacity}} * {{time.years}}"
        made, sold = f"{{plants.{name}.output}}", f"{{plants.{name}.shipments}}"
        yield Law("capacity", made[1:-1], f"MIN({capacity} - {made}, 0)", (capacity, made))
        yield Law("capacity", sold[1:-1], f"MIN({made} - {sold}, 0)", (made, sold))
        for row in ("output", "shipments", "revenue", "cash_costs") if plant.products else ():
            of_plant, by_product = (
                f"plants.{name}.{row}",
                total(f"plants.{name}.products.{k}.{row}" for k in plant.products),
            )
            text = f"{{{of_plant}}} - ({by_product})"
            yield Law("products", of_plant, text, (f"{{{of_plant}}}",), company=row in ("revenue", "cash_costs"))
    made_products = {name for plant in plan.plants.values() for name in plant.product_names}
    costs = total(f"products.{name}.cash_costs" for name in plan.products if name in made_products)
    text = f"{{accounts.cash_costs}} - {{accounts.overhead}} - ({costs})"
    yield Law("products", "accounts.cash_costs", text, company=True)
