"""Paper: documents and labels as PDF, made from records with the rights of whoever prints."""
