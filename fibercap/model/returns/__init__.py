"""Rates of return and present values of plain arrays, for use without a plan."""

from fibercap.model.returns.npv_and_irr import all_irrs, irr, mirr, npv, xirr, xnpv

__all__ = ["all_irrs", "irr", "mirr", "npv", "xirr", "xnpv"]
