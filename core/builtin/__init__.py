"""What core itself declares, in the very files an addon has."""
