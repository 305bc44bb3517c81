"""Tasks and templates of the store on their way out, in the formats of other programs."""
