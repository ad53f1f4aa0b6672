"""`python -m derive` is the `derive` command."""

import os
import sys

# Python looks for modules in the working folder first: a project's yaml.py would be run in place of ours.
if sys.path[:1] in ([""], [os.getcwd()]):  # noqa: PTH109 - nothing is imported before
    del sys.path[0]

from derive.cli.main import main

if __name__ == "__main__":
    main()
