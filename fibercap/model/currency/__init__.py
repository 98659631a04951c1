"""Currencies: what amounts are in, and what one is worth in another."""
