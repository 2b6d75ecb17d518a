"""Routings, work orders, and reporting work by scanning."""
