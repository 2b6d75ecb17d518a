"""Documents: records with states, numbers, an audit trail, comments and attachments."""
