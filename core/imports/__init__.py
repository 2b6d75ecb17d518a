"""Spreadsheets in and out: a stranger's file is read, checked row by row and imported; long lists become files."""
