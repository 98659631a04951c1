"""The live part of the report: inputs that can be moved, and the figures that follow, from one tape of all options."""
