"""`python -m core.cli`, the same as `qingmes`."""

from core.cli import main

main()
