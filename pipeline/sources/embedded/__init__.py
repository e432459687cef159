"""The embedded archive: a simulated football world that writes the main feed's own format."""
