"""`python -m makeasync.cli`: the same as the command `makeasync`."""

from makeasync.cli import main

main()
