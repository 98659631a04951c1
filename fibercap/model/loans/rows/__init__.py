"""The rows of a loan's schedule, and the page that they are written on."""
