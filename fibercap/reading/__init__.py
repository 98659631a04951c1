"""YAML text to Scenario: places, overlays, messages."""
