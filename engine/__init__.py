"""What happens: the rules, the operations, the engine and its supervisor."""
