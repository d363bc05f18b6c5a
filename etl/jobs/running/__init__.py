"""The whole on this machine: set up, shown on a sample, started and stopped."""
