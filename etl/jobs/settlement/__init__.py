"""From a quarter to a numbered statement, and what other tariffs would make of it."""
