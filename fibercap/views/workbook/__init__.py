"""The workbook: the model as live formulas."""
