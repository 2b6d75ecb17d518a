"""What every page has in common: access rules, errors, assets, the request's unit of work."""
