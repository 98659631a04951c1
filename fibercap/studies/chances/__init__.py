"""Chances: samples of what is uncertain about a plan, projected, and what is likely of its results."""
