"""Worth: what projects and owners get, discounted."""
