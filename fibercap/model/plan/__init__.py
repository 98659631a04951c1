"""The plan: everything that a scenario may say."""
