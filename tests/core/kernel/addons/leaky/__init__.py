"""An addon that fails while it holds secrets."""
