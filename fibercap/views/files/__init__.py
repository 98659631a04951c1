"""Results as files: whole sets of them or none."""
