"""`derive doctor`: what is installed, what is missing, what installs it."""

from __future__ import annotations

import click


@click.command("doctor")
@click.option("--packages", is_flag=True, help="Print only the Debian packages that are missing, for scripts.")
@click.option("--for-tests", is_flag=True, help="Look for what the test suite uses, too.")
def command(packages: bool, for_tests: bool) -> int:
    """Say what is installed and what is missing; exit code 4 when a needed program is.

    \b
    Examples:
      derive doctor
      sudo apt-get install $(derive doctor --packages)
    """
    from derive.documents.wording.words import words
    from derive.pipeline import project as projects
    from derive.pipeline.tex import engine as latex
    from derive.pipeline.tex import needs

    engine = words(projects.load(projects.folder_of()).settings.notation.language)["engine"]
    absent = needs.missing(for_tests, engine)
    if packages:
        click.echo(" ".join(needs.packages(absent)))
        return 0
    import platform
    from importlib.metadata import version
    from importlib.util import find_spec

    from derive import __version__
    from derive.documents.rendering.fill import builtin_folder

    click.echo(f"derive {__version__}, Python {platform.python_version()}, SymPy {version('sympy')}, NumPy {version('numpy')}")
    click.echo(f"templates: {builtin_folder()}")
    click.echo(f"TeX: {latex.version(engine) or 'not installed'}")
    click.echo(f"walls around TeX: {_walls()}")
    click.echo(f"cache: {_cache()}")
    click.echo(f"cluster: {'installed' if find_spec('distributed') else 'not installed'} (`derive build --scheduler`, pip install 'derive[cluster]')")
    if not absent:
        click.echo("nothing is missing")
        return 0
    for need in absent:
        click.echo(f"missing: {need.name} ({need.package})")
    click.echo(f"install with: {needs.install_line(absent)}")
    return 4


def _cache() -> str:
    """Where formats are kept, or why none are."""
    from derive.pipeline.tex import installed

    named = installed.named_cache()
    if installed.cache_folder() == named:
        return str(named)
    return f"none: {named} is another user's, or everybody may write there; every preamble is compiled anew"


def _walls() -> str:
    """Which walls stand, for who builds what others wrote."""
    import os

    from derive.pipeline.tex import cell

    standing = cell.standing()
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    processes = "" if root else " and processes"
    common = f"an empty environment and home, limits of time, memory{',' if processes else ' and'} disk{processes}"
    if root:
        common += " (of processes none: the kernel does not count those of root, as which derive runs)"
    if standing.namespace:
        return f"a file system of its own{', no network' if standing.network else ''}, {common}"
    return (
        f"{common}; no file system of its own ({standing.why}): what the allow-list lets through is safe, "
        "but templates and styles of a project need --trust-tex"
    )
