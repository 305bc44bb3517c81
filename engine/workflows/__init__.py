"""Workflows under way: steps begin, end and lead to others, each in one transaction with what caused it."""
