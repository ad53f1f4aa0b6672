r"""Which names are known after a class, a package, a theme, a library: asked of TeX, and written to derive/pipeline/tex/names.txt.

`python -m tests.docs.write_names`: after a change of the lists below, or on a newer TeX.  Every word of the files that TeX reads is tried:
a control sequence of letters, an environment with its star, a colour (`c:`), a key of \includegraphics (`k:`).  A line holds a name, the
others on which it builds (`+`), and what it adds to them; `characters` are the numbers of those beyond ASCII.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "derive" / "pipeline" / "tex" / "names.txt"
CLASSES = """
article beamer report book scrartcl exam
"""
PACKAGES = """
algorithm algpseudocode amsbsy amscd amsfonts amsmath amsopn amssymb amstext amsthm array appendix babel bbm bm booktabs bookmark calc
cancel caption centernot changepage cleveref color colortbl csquotes dsfont dcolumn empheq enumerate enumitem environ epigraph esint
etoolbox eucal eurosym fancybox fancyhdr fancyvrb float fontawesome5 fontenc footmisc framed geometry graphics graphicx hyperref ifthen
inputenc keyval kvoptions lastpage latexsym libertine listings lmodern longtable makecell marginnote mathptmx mathrsfs mathtools mdframed
microtype multicol multirow natbib needspace newtxmath newtxtext nicefrac nicematrix ntheorem parskip pdfpages pgf pgfpages pgfplots
physics pifont placeins ragged2e rotating scalerel setspace sfmath siunitx soul stmaryrd subcaption tabularx tabulary tcolorbox textcomp
textpos thmtools tikz tikz-cd titlesec titling tocloft todonotes translator ulem units upgreek url verbatim wasysym wrapfig xargs xcolor
xfrac xkeyval xparse xspace
"""
TIKZ = """
arrows arrows.meta automata backgrounds calc chains decorations.markings decorations.pathmorphing decorations.pathreplacing fadings fit
intersections matrix mindmap patterns positioning quotes scopes shadings shadows shapes shapes.geometric shapes.misc through tikzmark trees
"""
BOXES = """
breakable hooks listings many most raster skins theorems
"""
_WORD = re.compile(r"[A-Za-z]+\*?")
_NEWIF = re.compile(r"\\newif\s*\\if([A-Za-z]+)")
_COUNTER = re.compile(r"\\newcounter\s*\{([A-Za-z]+)\}")
_ASK = r"""
\newwrite\deriveout\immediate\openout\deriveout=out.txt\relax\makeatletter
\def\deriveT#1{\ifcsname#1\endcsname\immediate\write\deriveout{#1}\fi
  \ifcsname\string\color@#1\endcsname\immediate\write\deriveout{c:#1}\fi\ifcsname KV@Gin@#1\endcsname\immediate\write\deriveout{k:#1}\fi}
\makeatother"""


def documents() -> dict[str, str]:
    """By file of TeX's tree, what loads it."""
    article = "\\documentclass{article}\n"
    out = {"latex": "\\documentclass{minimal}\n", **{f"{name}.cls": f"\\documentclass{{{name}}}\n" for name in CLASSES.split()}}
    for name in PACKAGES.split():
        out[f"{name}.sty"] = f"{article}\\usepackage{'[T1]' if name == 'fontenc' else ''}{{{name}}}\n"
    for folder in ("beamer", "metropolis"):
        for path in sorted(Path("/usr/share/texlive/texmf-dist/tex/latex", folder).rglob("beamer*theme*.sty")):
            kind, _, name = path.stem.removeprefix("beamer").partition("theme")
            if path.stem != "beamerbasethemes" and name:
                out[path.name] = f"\\documentclass{{beamer}}\n\\use{kind}theme{{{name}}}\n"
    out |= {f"tikzlibrary{name}.code.tex": f"{article}\\usepackage{{tikz}}\\usetikzlibrary{{{name}}}\n" for name in TIKZ.split()}
    out |= {f"tcb{name}.code.tex": f"{article}\\usepackage{{tcolorbox}}\\tcbuselibrary{{{name}}}\n" for name in BOXES.split()}
    return out


def ask(name: str, preamble: str) -> set[str]:
    """What TeX knows after a preamble."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)

        def run(text: str) -> bool:
            (place / "x.tex").write_text(text)
            command = ["pdflatex", "-recorder", "-interaction=batchmode", "-halt-on-error", "x.tex"]
            return subprocess.run(command, cwd=place, capture_output=True, check=False, timeout=300).returncode == 0

        if not run(f"{preamble}\\begin{{document}}x\\end{{document}}\n"):
            return set()
        read = {Path(line[6:]) for line in (place / "x.fls").read_text().splitlines() if line.startswith("INPUT ")}
        texts = [path.read_text(errors="replace") for path in [*read, *KERNEL] if path.is_absolute() and path.suffix in SUFFIXES]
        texts += [Path(shutil.which("pdftex") or "").read_bytes().decode("latin-1")]  # the names of its primitives stand in it
        words = {word for text in texts for word in _WORD.findall(text)} | {word.rstrip("*") for text in texts for word in _WORD.findall(text)}
        words |= {f"{word}{end}" for text in texts for word in _NEWIF.findall(text) for end in ("true", "false")}
        words |= {f"the{word}" for text in texts for word in _COUNTER.findall(text)}
        (place / "words.tex").write_text("".join(f"\\deriveT{{{word}}}\n" for word in sorted(words)))
        if not run(f"{preamble}{_ASK}\n\\input{{words}}\n\\begin{{document}}\\input{{words}}x\\end{{document}}\n"):
            return set()
        found = set((place / "out.txt").read_text().split())
    return found - {"deriveT", "deriveout"}


def characters() -> set[str]:
    """The characters beyond ASCII, by their numbers, that a document in the encoding T1 knows."""
    out: set[str] = set()
    for name in ("t1enc.dfu", "ts1enc.dfu", "omsenc.dfu", "ot1enc.dfu", "utf8.def"):
        found = subprocess.run(["kpsewhich", name], capture_output=True, text=True, check=True).stdout.strip()
        out |= set(re.findall(r"\\DeclareUnicodeCharacter\{([0-9A-F]{4,})\}", Path(found).read_text()))
    return out


def rows(asked: dict[str, set[str]]) -> list[str]:
    """The lines of the table, each with what it has beyond the lines that it builds on; a package was asked for in an article."""
    added = {}
    for name, known in asked.items():
        base = set() if name == "latex" else asked["latex"]
        added[name] = known - base - (asked["article.cls"] if name.endswith((".sty", ".tex")) and not name.startswith("beamer") else set())
    lines = []
    for name, known in added.items():
        rest, below = set(known), []
        for other in sorted((other for other in added if other not in (name, "latex")), key=lambda one: -len(added[one])):
            if added[other] <= known and (len(added[other]) < len(known) or other == "beamer.cls") and len(added[other] & rest) > 9:
                rest -= added[other]
                below.append(other)
        lines.append(" ".join([f"{name}:", *(f"+{other}" for other in sorted(below)), *sorted(rest)]))
    return lines


SUFFIXES = (".sty", ".cls", ".def", ".clo", ".tex", ".ltx", ".cfg", ".ldf", ".fd")
KERNEL: list[Path] = []


def main() -> None:
    """Ask for each, and write the table."""
    for name in ("latex.ltx", "expl3-code.tex"):
        found = subprocess.run(["kpsewhich", name], capture_output=True, text=True, check=False).stdout.strip()
        KERNEL.extend([Path(found)] if found else [])
    wanted = documents()
    with ThreadPoolExecutor(2) as pool:
        asked = dict(zip(wanted, pool.map(ask, wanted, wanted.values()), strict=True))
    print("not loaded:", *(name for name in wanted if not asked[name]))
    lines = rows({name: known for name, known in asked.items() if known})
    lines.append(" ".join(["characters:", *sorted(characters())]))
    kernel = next(path for path in KERNEL if path.name == "latex.ltx").read_text(errors="replace")
    date = re.search(r"\\edef\\fmtversion[^{}]*\{(\d{4}-\d\d-\d\d)", kernel)
    OUT.write_text(f"LaTeX: {date[1] if date else '?'}\n" + "\n".join(lines) + "\n")
    print(f"{OUT} is written: {len(lines)} files, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
