"""Cover: what there is for debt service beside what is due."""
