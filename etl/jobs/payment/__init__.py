"""Batches for the bank, and what it answers."""
