"""Charts, one kind a file; `all_charts` knows them by name."""
