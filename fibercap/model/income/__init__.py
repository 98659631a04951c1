"""Income: sales, costs, assets, tax and the three statements."""
