"""Outside in: what people and telephone systems send, one format a module, as rows of text."""
