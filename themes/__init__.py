"""How it looks: palettes as TOML, checked when they are loaded."""
