"""`python -m derive` is the `derive` command."""

from derive.cli.main import main

if __name__ == "__main__":
    main()
