"""What somebody should know: found in the data, told once, shown on one screen."""
