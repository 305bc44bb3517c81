"""The views of the desk and the dialogs they open."""
