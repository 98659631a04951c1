"""Scenarios as trees, and overlays that change them."""
