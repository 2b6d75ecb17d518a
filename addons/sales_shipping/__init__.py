"""Sales orders, releasing their lines to whoever can meet them, and shipments."""
