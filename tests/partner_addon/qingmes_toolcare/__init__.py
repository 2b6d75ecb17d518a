"""Care of tools and gauges: who needs it when, and who did it."""
