"""The REST API, made from the same declarations as the screens."""
