"""Tasks of other programs: their files as items that a store can take, and back."""
