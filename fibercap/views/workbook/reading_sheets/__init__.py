"""The first sheets of a workbook, for readers: a summary, then statements, debt, cover, plants and funding by year."""
