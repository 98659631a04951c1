"""Which inputs of a plan are uncertain, and how: the block `uncertain` of a scenario."""
