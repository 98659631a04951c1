"""The base of the model, which knows nothing of plants or loans: units, formulas, trees, time, rows."""
