"""The desk: pages where the coordinator decides and finance approves. Jobs do the work; a page asks and shows."""
