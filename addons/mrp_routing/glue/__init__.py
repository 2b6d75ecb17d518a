"""What joins production to neighbours that need not be there."""
