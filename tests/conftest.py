"""Small matrices: BLAS threads only wait for each other, so one is set before numpy is loaded.  Random tests draw the same examples
in every run, so that a change is to blame when one fails; `pytest --explore` draws new ones."""

import os

import pytest
from hypothesis import settings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

settings.register_profile("repeatable", derandomize=True, database=None)
settings.register_profile("explore", derandomize=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="write tests/golden/ anew instead of comparing with it")
    parser.addoption("--explore", action="store_true", help="draw new random examples")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("explore" if config.getoption("--explore") else "repeatable")
