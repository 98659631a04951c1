"""The report, one part a file; `html` puts them together."""
