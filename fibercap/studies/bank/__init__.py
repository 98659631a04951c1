"""Comparison of a bank's schedule with a loan: read the table, and find the conventions that reproduce it."""
