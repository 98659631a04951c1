"""Plants: products, ramps, projects and what a plant can make."""
