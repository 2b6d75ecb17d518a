"""A deliberately broken addon."""
