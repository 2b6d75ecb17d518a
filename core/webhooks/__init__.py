"""Telling other programs: signed calls to addresses an administrator has entered."""
