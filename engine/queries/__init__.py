"""The lists and look-ups behind the command line; screens use the same reads directly."""
