"""The rules of workflows: what a definition may look like, what follows a step, when a join has what it waits for."""
