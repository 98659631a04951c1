"""Every kind of problem: its code, what it means, and what to do about it."""
