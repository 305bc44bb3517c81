"""What a person sees: app, screens, widgets, keys, palette. The only package that imports textual."""
