"""Measures: one number for a whole plan, with its unit and the reason where it is undefined."""
