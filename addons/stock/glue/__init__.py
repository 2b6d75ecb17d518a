"""What joins stock to neighbours that need not be there."""
