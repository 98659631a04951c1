"""A bank's own schedule of a loan beside that of a scenario: what its table holds, and the conventions behind it."""
