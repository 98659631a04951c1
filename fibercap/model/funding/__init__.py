"""Funding: who pays for what is built."""
