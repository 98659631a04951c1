"""Checks of what concerns several inputs."""
