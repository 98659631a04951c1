"""Words that people write for keys, styles and scales of the scenario language, each with the word that it takes."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "matures": ("tenor", "tenure", "term", "maturity", "maturity_date", "final_maturity"),
    "commitment": ("amount", "principal", "facility", "facility_amount", "loan_amount", "size"),
    "rate": ("interest", "interest_rate", "coupon"),
    "grace": ("moratorium", "grace_period", "interest_only"),
    "signed": ("closing_date", "start_date", "signing_date"),
    "level": ("annuity", "emi", "mortgage", "equal_payments", "equal_installments"),
    "equal_principal": ("linear", "straight_line", "constant_principal"),
    "capex": ("cost", "investment", "budget"),
    "complete": ("completion", "completed", "in_service", "start_up"),
    "adds": ("added_capacity", "capacity"),
    "capacity": ("nameplate",),
    "cash_cost": ("unit_cost", "variable_cost"),
    "fixed_cost": ("fixed_costs", "opex"),
    "utilization": ("load_factor", "utilisation"),
    "discount_rate": ("wacc", "hurdle_rate", "cost_of_equity"),
    "report_in": ("currency",),
    "fibercap": ("version",),
}
OTHER_NAMES: Final = {other: name for name, others in _NAMES.items() for other in others}
"""The key or style for a word of the trade; it counts only where there is such a key."""

SCALES_OF_INDIA: Final[dict[str, tuple[int, str]]] = {
    **dict.fromkeys(("crore", "crores", "cr"), (10, "million")),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), (100, "thousand")),
}
"""How much of a scale of the language a crore and a lakh are."""
