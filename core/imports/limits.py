"""How much an import takes."""

from datetime import timedelta

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_AT_ONCE = 10_000  # rows in one transaction: nobody else can write on SQLite meanwhile
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PART = 60 * 1024 * 1024  # of any part but a sheet: these are read as a whole
KEPT = timedelta(days=90)
