"""An addon that only counts what is delivered to it."""
