"""Formulas of rows: terms, their texts and values, the sheets that they are written on, and circles of cells."""
