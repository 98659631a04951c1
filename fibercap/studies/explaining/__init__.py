"""Where a number comes from, down to the inputs and where they are written."""
