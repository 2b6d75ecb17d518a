"""Configuration packages: what an implementer set up in one factory, to be looked at and taken over in another.

A package is one JSON file of items (roles, custom fields, number rules, approval flows, views, reminder rules).
Items name each other, and people, by codes, never by ids.
"""
