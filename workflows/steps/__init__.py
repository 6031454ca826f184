"""The parts of a booking's story, each over the same `Record`."""
