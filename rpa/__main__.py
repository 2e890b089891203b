"""`python -m rpa`."""

from rpa.cli.main import main

main()
