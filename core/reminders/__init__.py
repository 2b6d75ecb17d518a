"""Reminders: rules that anybody with the right can write, and what they have told whom."""
