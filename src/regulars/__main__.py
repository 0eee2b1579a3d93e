"""So that `python -m regulars` works where the `regulars` command is not on the path."""

from regulars.cli import main

main()
