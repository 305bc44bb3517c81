"""The verbs: one transaction each, reachable from every door alike."""
