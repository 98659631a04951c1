"""`python -m fibercap`: the command line."""

from fibercap.cli import main

if __name__ == "__main__":
    main()
