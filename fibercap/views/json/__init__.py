"""Results as JSON: the documents, and the types from which their schemas are made."""
