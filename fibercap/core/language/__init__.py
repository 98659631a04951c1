"""The scenario language: what may be written at each input, and what a message about a mistake proposes."""
