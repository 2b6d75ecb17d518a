"""Reports: what an addon answers to a question with a few inputs, as a page, a spreadsheet or text."""
