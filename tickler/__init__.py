"""The front door: the `tickler` command and the names that authors of controllers import."""
