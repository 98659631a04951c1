"""The laws of the books: the formula of each gap, and the proof that it is zero."""
