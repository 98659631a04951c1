"""After the horizon: how a plan runs off until its loans are repaid."""
