"""Stock: warehouses, lots, an append-only ledger of moves, balances and reservations."""
