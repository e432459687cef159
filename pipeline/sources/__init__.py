"""The feeds: which requests to make and how to read the bytes. No network, no disk."""
