"""Formulas of rows as a program: one tape of operations on the inputs of a plan, and machines that run it."""
