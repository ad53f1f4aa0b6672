"""Small matrices: BLAS threads only wait for each other, so one is set before numpy is loaded."""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


def pytest_addoption(parser):  # type: ignore[no-untyped-def]
    parser.addoption("--golden-update", action="store_true", help="write tests/golden/ anew instead of comparing with it")
