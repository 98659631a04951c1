"""Cash: the order in which it is paid, lock-ups, owners, and what counts as no money."""
