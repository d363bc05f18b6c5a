"""Saisines: from the call log of a support platform to the quarterly settlement of its associations."""
