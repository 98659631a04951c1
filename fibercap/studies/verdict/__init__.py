"""Which of several ways to pay to take, and what would change that."""
