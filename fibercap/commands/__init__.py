"""The commands, one thin function a verb; what they need is imported when they run."""
