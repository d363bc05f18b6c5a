"""What is held about people, for how long, under which keys; copies of it, and their return."""
