"""Master data: items, units, partners, currencies and work calendars, named the same way by every addon."""
