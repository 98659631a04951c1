"""Cover ratios: cash flow available for debt service over debt service, and their like."""
