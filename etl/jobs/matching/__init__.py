"""Bringing the journal and the fiches together: what agrees, what does not, what people decide of it."""
