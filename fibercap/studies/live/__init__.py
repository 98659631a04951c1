"""Live answers: one program of all options of a plan, whose cells give the figures of a page as inputs are moved."""
