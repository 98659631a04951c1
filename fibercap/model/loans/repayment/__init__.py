"""Styles of repayment: what a payment repays, as a number and as a formula."""
