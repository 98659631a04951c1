"""Charts of a simulation."""
