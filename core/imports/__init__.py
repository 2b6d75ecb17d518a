"""Spreadsheets in and out: reading a stranger's file, checking it row by row, importing it, making exports for later."""
