"""Workflows to learn from: `tickler demo` loads them, and `tickler workflow load FILE` takes them one by one."""
