"""Pure functions of their arguments: recurrence, offsets, missed, overlap, wording."""
