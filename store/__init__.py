"""What is true: tables, migrations, reads that return frozen values, the change feed, settings."""
