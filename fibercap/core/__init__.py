"""The words everything else is said in: units, formulas, trees, time, rows."""
