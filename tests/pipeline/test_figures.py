"""Figures through pdflatex: one a kind, nothing overfull, one pass, the same bytes, said in words; nothing of an answer in a sheet."""

from __future__ import annotations

import io
import re
import subprocess
from functools import partial
from pathlib import Path

import pikepdf
import pytest

from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.pipeline.produce import make, tex
from derive.pipeline.subject import read
from derive.pipeline.tex import engine as latex

PROBLEMS = Path(__file__).parents[2] / "problems"
ONE_OF_A_KIND = {
    "data": "quadratic-fit-with-data", "table": "quadratic-fit-with-data", "tangent": "tangent-plane", "graph": "total-derivative",
    "network": "cost-of-a-layer", "shapes": "chain-of-shapes", "blocks": "linear-map-by-entries",
}


def source(name: str, mode: str, settings: Settings | None = None) -> str:
    subject = read((PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    return tex(subject.document(MODES[mode], settings or Settings(), Fit()), MODES[mode], ())


def words(pdf: bytes, folder: Path) -> str:
    (folder / "x.pdf").write_bytes(pdf)
    out = subprocess.run(["pdftotext", "-layout", "x.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return out.stdout.decode()


def test_documents_without_figures_do_not_load_tikz() -> None:
    assert "tikz" not in source("trace-quadratic", "slides") and "tikz" not in source("trace-quadratic", "solutions")
    assert "tikz" not in source("quadratic-fit-with-data", "key")


def test_a_web_page_has_the_figure_as_svg() -> None:
    page = source("quadratic-fit-with-data", "html")
    assert page.count("<svg") == 3 and page.count("<figure>") == page.count("</figure>") == 2
    assert 'role="img" aria-label="5 data points' in page and 'class="curve"' in page
    assert "derive-tip" not in source("trace-quadratic", "html")


@pytest.mark.parametrize("kind", ["graph", "shapes"])
def test_the_tex_of_a_figure_is_as_it_was(kind: str) -> None:
    """Golden: the picture alone."""
    text = source({"graph": "sine-of-a-square", "shapes": "chain-of-shapes"}[kind], "solutions").partition(f"the figure {kind}")[2]
    found = re.search(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", text, re.DOTALL)
    assert found
    golden = Path(__file__).parent / "golden" / f"figure-{kind}.tex"
    assert found[0] + "\n" == golden.read_text(encoding="utf-8")


@pytest.mark.tex
@pytest.mark.parametrize("kind", ONE_OF_A_KIND)
@pytest.mark.parametrize(("mode", "settings"), [("slides", Settings(aspect=43, overlays=False)), ("solutions", Settings(paper="letter"))])
def test_each_kind_is_set_without_a_box_too_large(kind: str, mode: str, settings: Settings, tmp_path: Path) -> None:
    name = ONE_OF_A_KIND[kind]
    subject = read((PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    made = make(partial(subject.document, MODES[mode], settings), MODES[mode], settings)
    assert made.pdf is not None and f"the figure {kind}" in made.tex
    done = latex.typeset(made.tex, own=False)
    assert done.passes == 1 and not done.log.overfull and not done.log.characters and done.pdf == made.pdf
    assert b"/Alt" in uncompressed(done.pdf, tmp_path)


def uncompressed(pdf: bytes, folder: Path) -> bytes:
    """Page contents as they are written."""
    import zlib

    out = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            out.append(zlib.decompressobj().decompress(stream))
        except zlib.error:
            out.append(stream)
    return b"".join(out)


@pytest.mark.tex
def test_a_sheet_shows_the_points_and_not_the_fit(tmp_path: Path) -> None:
    text = words(latex.typeset(source("quadratic-fit-with-data", "sheet")).pdf, tmp_path)
    assert "The data." in text and "0.4394" not in text and "0.9697" not in text
    text = words(latex.typeset(source("quadratic-fit-with-data", "solutions")).pdf, tmp_path)
    assert "0.4394" in text and "0.9697" in text
    text = words(latex.typeset(source("perceptron-three-layers", "sheet")).pdf, tmp_path)
    assert "each matrix with its size" in text


@pytest.mark.tex
def test_a_fragment_needs_the_option_and_says_so() -> None:
    from derive.documents.rendering.fill import fill
    from derive.errors import DeriveError

    body = source("total-derivative", "fragment")
    style = {"derive.sty": fill("derive.sty.j2", {}).encode()}
    document = "\\documentclass{article}\n\\usepackageOPTION{derive}\n\\begin{document}\n" + body + "\n\\end{document}\n"
    latex.typeset(document.replace("OPTION", "[figures]"), style)
    with pytest.raises(DeriveError, match="figures"):
        latex.typeset(document.replace("OPTION", ""), style)


@pytest.mark.tex
def test_a_lecture_shows_a_figure_alone(tmp_path: Path) -> None:
    (tmp_path / "problems").mkdir()
    for name in ("total-derivative", "perceptron-three-layers"):
        (tmp_path / "problems" / f"{name}.yaml").write_text((PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    lecture = tmp_path / "problems" / "lecture.yaml"
    text = """title: Pictures
sections:
  - title: One
    frames:
      - {problem: total-derivative, show: [figure]}
      - {problem: perceptron-three-layers, show: [network]}
"""
    subject = read(text, str(lecture))
    for mode in ("slides", "handout", "html"):
        made = tex(subject.document(MODES[mode], Settings(), Fit()), MODES[mode], ())
        assert made.count("tikzpicture}") == (0 if mode == "html" else 4) and made.count("<figure>") == (2 if mode == "html" else 0)
    out = words(latex.typeset(tex(subject.document(MODES["slides"], Settings(), Fit()), MODES["slides"], ())).pdf, tmp_path)
    assert "The total derivative" in out and "Backpropagation" in out and "chain rule" not in out
    from derive.errors import DeriveError

    with pytest.raises(DeriveError) as caught:
        read(text.replace("[network]", "[data]"), str(lecture))
    assert caught.value.where is not None and caught.value.where.line == 6 and caught.value.hint == "it draws network"


def test_what_belongs_to_the_answer_comes_with_the_last_click() -> None:
    picture = source("total-derivative", "slides").partition("the figure graph")[2]
    # It stands beside the rows of the last frame, which has three clicks: the labels of four edges, the caption; it is full, and ends without a mark.
    assert picture.count("\\uncover<3->{") == 5 and picture.index("\\uncover<3->{") > picture.index("derive edge")
    assert "\\uncover<3->{\\node" not in source("total-derivative", "slides", Settings(overlays=False)).partition("the figure graph")[2]
    assert "\\uncover" not in source("total-derivative", "solutions")


@pytest.mark.tex
def test_what_a_figure_shows_is_readable_in_the_text_and_a_string_of_the_pdf(tmp_path: Path) -> None:
    text = source("quadratic-fit-with-data", "solutions")
    assert r"\derivealt{5 data points" in text and "FEFF" not in text
    text = text.replace(r"\derivealt{5 data points", r"\derivealt{5 % data points ∈ ℝ²".replace("%", r"\%"))
    pdf = latex.typeset(text).pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        streams = b"".join(page.Contents.read_bytes() for page in opened.pages)
    said = [bytes.fromhex(found.decode()).decode("utf-16") for found in re.findall(rb"/Alt <([0-9A-F]+)>", streams)]
    assert any(one.startswith("5 % data points ∈ ℝ²") for one in said), said
