"""Custom fields: what a customer adds to the records by himself, as good as what came with the program."""
