"""One file a noun: what it looks like, what may be done to it, and its `OPERATIONS`."""
