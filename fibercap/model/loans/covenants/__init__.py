"""Covenants: what a borrower promised the lender to keep, its limits, and the dates on which it is tested."""
