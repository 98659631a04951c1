"""What if: a plan after one or two of its inputs are moved by hand."""
