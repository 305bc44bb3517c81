"""The rules of triggers: when an action is due, whom it is for, and where a chain of them ends."""
