"""What typesetting needs from outside Python, listed once: programs and TeX files, and the Debian packages that hold them."""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from derive.errors import DeriveError
from derive.values import dataclass


@dataclass(frozen=True)
class Need:
    """A program (`kind` program), a file of TeX's tree (`kind` file) or of the system (`kind` path), and its Debian package.

    tests   only tests use it
    engine  only documents set by this program use it, those in a language that asks for it; tests do
    """

    name: str
    package: str
    kind: str = "file"
    tests: bool = False
    engine: str = "pdflatex"


NEEDS = (
    Need("pdflatex", "texlive-latex-base", "program"),
    Need("kpsewhich", "texlive-binaries", "program"),
    Need("article.cls", "texlive-latex-base"),
    Need("amsmath.sty", "texlive-latex-base"),
    Need("hyperref.sty", "texlive-latex-base"),
    Need("geometry.sty", "texlive-latex-base"),
    Need("beamer.cls", "texlive-latex-recommended"),
    Need("amssymb.sty", "texlive-base"),
    Need("mathtools.sty", "texlive-latex-recommended"),
    Need("xcolor.sty", "texlive-latex-recommended"),
    Need("microtype.sty", "texlive-latex-recommended"),
    Need("booktabs.sty", "texlive-latex-recommended"),
    Need("fancyhdr.sty", "texlive-latex-base"),
    Need("lmodern.sty", "lmodern"),
    Need("tikz.sty", "texlive-pictures"),
    Need("xelatex", "texlive-xetex", "program", engine="xelatex"),
    Need("fontspec.sty", "texlive-latex-recommended", engine="xelatex"),
    Need("pzdr.tfm", "texlive-fonts-recommended", engine="xelatex"),
    Need("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", "fonts-noto-cjk", "path", engine="xelatex"),
    Need("pdftotext", "poppler-utils", "program", tests=True),
    Need("pdftoppm", "poppler-utils", "program", tests=True),
    Need("chromium", "chromium", "program", tests=True),
    Need("exam.cls", "texlive-latex-extra", tests=True),
    Need("xsim.sty", "texlive-latex-extra", tests=True),
)


def missing(for_tests: bool = False, engine: str = "pdflatex") -> tuple[Need, ...]:
    """What is not on this machine, in the table's order: for documents set by the engine; with `for_tests` what the test suite
    uses is looked for too."""
    wanted = [need for need in NEEDS if for_tests or (not need.tests and need.engine in ("pdflatex", engine))]
    absent = [need for need in wanted if need.kind == "program" and shutil.which(need.name) is None]
    absent += [need for need in wanted if need.kind == "path" and not Path(need.name).exists()]
    files = [need for need in wanted if need.kind == "file"]
    found = _found([need.name for need in files])
    return (*absent, *(need for need in files if need.name not in found))


def _found(names: list[str]) -> frozenset[str]:
    """Those of the files that TeX finds."""
    program = shutil.which("kpsewhich")
    if program is None:
        return frozenset()
    out = subprocess.run([program, *names], capture_output=True, text=True, check=False, timeout=60).stdout
    return frozenset(line.rsplit("/", 1)[-1] for line in out.splitlines())


def theme_error(theme: str) -> DeriveError:
    """That there is no Beamer theme of this name."""
    return DeriveError(
        f"there is no Beamer theme `{theme}`: TeX does not find beamertheme{theme}.sty", code="latex",
        hint=f"[slides] theme in derive.toml names a theme of TeX's, or of your own: beamertheme{theme}.sty beside derive.toml or in templates/",
    )


@lru_cache(maxsize=64)
def has_theme(theme: str) -> bool:
    """Whether TeX finds the Beamer theme; True where there is no TeX, or no Beamer, that could say so."""
    found = _found(["beamer.cls", f"beamertheme{theme}.sty"])
    return "beamer.cls" not in found or len(found) == 2


@lru_cache(maxsize=256)
def finds_any(names: tuple[str, ...]) -> bool:
    """Whether TeX finds one of these files; True where there is no TeX that could say so."""
    found = _found(["article.cls", *names])
    return "article.cls" not in found or len(found) > 1


def packages(needs: tuple[Need, ...]) -> tuple[str, ...]:
    """The Debian packages of these, each once."""
    return tuple(dict.fromkeys(need.package for need in needs))


def install_line(needs: tuple[Need, ...]) -> str:
    """The line that installs them on Debian."""
    return f"sudo apt-get install --no-install-recommends {' '.join(packages(needs))}"


def missing_error(needs: tuple[Need, ...]) -> DeriveError:
    """One sentence and the line that mends it; exit code 4."""
    names = [need.name.rsplit("/", 1)[-1] for need in needs]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return DeriveError(
        f"{shown} {'is' if len(names) == 1 else 'are'} missing: no PDF is made (the .tex is)",
        code="missing-program",
        hint=f"install with: {install_line(needs)}",
    )
