"""Values with a type: money, quarters, references, telephone numbers, identifiers, conventions. The standard library and pydantic."""
