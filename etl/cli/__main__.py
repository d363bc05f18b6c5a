"""`python -m etl.cli`: the command, where its script is not on the path."""

from etl.cli import main

main()
