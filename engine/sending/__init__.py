"""Messages leave through processes of their own: a server that hangs holds one of them, and it is killed."""
