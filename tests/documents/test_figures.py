"""Figures: what is drawn equals what the problem and its derivation say; where a figure does not apply it says so."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from derive.documents.figures.axes import Plot, exact, ticks
from derive.documents.figures.drawing import KINDS, applicable, figures
from derive.documents.figures.placing import of_page
from derive.documents.page.modes import MODES
from derive.documents.page.picture import Dot, Figure, Label, Stroke, bent
from derive.documents.page.settings import Settings
from derive.documents.wording.words import ENGLISH
from derive.errors import DeriveError
from derive.language.problems.figure import FIGURES
from derive.notation.settings import DEFAULT
from derive.pipeline.examine import Examined, examine, problem_of
from tests.documents.samples import page_of

PROBLEMS = Path(__file__).parents[2] / "problems"


@cache
def examined(name: str) -> Examined:
    return examine(problem_of((PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml"))


def written(text: str) -> Examined:
    return examine(problem_of(text, "p.yaml"))


def drawn(one: Examined, told: bool = True, width: float = 14.1) -> tuple[Figure, ...]:
    return figures(one.problem, one.derivation if told else None, DEFAULT, ENGLISH, width, 6.2)


def strokes(figure: Figure, style: str) -> list[Stroke]:
    return [m for m in figure.marks if isinstance(m, Stroke) and m.style == style]


def dots(figure: Figure, style: str) -> list[Dot]:
    return [m for m in figure.marks if isinstance(m, Dot) and m.style == style]


def labels(figure: Figure) -> list[str]:
    return [str(m.text) for m in figure.marks if isinstance(m, Label)]


def test_the_reader_and_the_drawings_know_the_same_kinds() -> None:
    assert set(KINDS) == set(FIGURES)
    assert all(f"figure.{kind}" in ENGLISH for kind in KINDS)


# --------------------------------------------------------------------------------------------- data
FIT = """
symbols: {X: 'matrix(m, 3)', y: vector(m), w: vector(3)}
data: {x: [-2, 0, 1, 3, 4], y: [1, 3, 3, 2, 0], X: '[ones, x, x^2]'}
function: f(w) = norm(X w - y)^2
wrt: w
find: [stationary]
figure: [data, table]
"""


def number_at(figure: Figure) -> Plot:
    """The scale of the axes, read back from their ticks."""
    xs, ys = [], []
    for mark in figure.marks:
        if isinstance(mark, Label) and mark.style == "tick":
            (xs if mark.anchor == "north" else ys).append((mark, float(str(mark.text).strip("$"))))
    (a, x0), (b, x1) = xs[0], xs[-1]
    (c, y0), (d, y1) = ys[0], ys[-1]
    return Plot((x0, x1), (y0, y1), a.x, c.y, b.x, d.y)


def test_points_and_curve_are_the_data_and_the_least_squares_parabola() -> None:
    figure, _ = drawn(written(FIT))
    plot = number_at(figure)
    xs, ys = np.array([-2, 0, 1, 3, 4]), np.array([1, 3, 3, 2, 0])
    assert [(d.x, d.y) for d in dots(figure, "data")] == [pytest.approx(plot.at(x, y), abs=2e-3) for x, y in zip(xs, ys, strict=True)]
    w = np.polynomial.polynomial.polyfit(xs, ys, 2)
    curve = [p for s in strokes(figure, "curve") if len(s.points) > 2 for p in s.points]
    assert len(curve) > 50
    for x, y in curve:
        number = plot.x[0] + (x - plot.left) / (plot.right - plot.left) * (plot.x[1] - plot.x[0])
        assert y == pytest.approx(plot.at(number, np.polynomial.polynomial.polyval(number, w))[1], abs=5e-3)
    assert any("3 + 0.4394" in text and "- 0.2879" in text for text in labels(figure))
    assert len(strokes(figure, "gap")) == 4  # the curve goes through (0, 3)


def test_the_table_holds_the_design_matrix_and_the_fitted_values() -> None:
    _, table = drawn(written(FIT))
    texts = labels(table)
    assert {"$X$", "$x^{2}$", "$16$", "$0.9697$", "$-0.1515$"} <= set(texts)


def test_without_the_derivation_only_the_points_are_drawn() -> None:
    figure, table = drawn(written(FIT), told=False)
    assert figure.place == table.place == "question" and figure.caption == "The data."
    assert len(dots(figure, "data")) == 5 and not strokes(figure, "curve") and not strokes(figure, "gap")
    assert not any("0.4394" in text or r"\hat" in text for text in (*labels(figure), *labels(table)))


def test_a_design_matrix_of_let_is_evaluated_at_other_places() -> None:
    one = written("""
symbols: {x: vector(m), y: vector(m), w: vector(2)}
let: {X: '[ones(m), x]'}
data: {x: [0, 1, 2, 3], y: [1, 3, 2, 5]}
function: f(w) = norm(X w - y)^2
wrt: w
find: [gradient, stationary]
figure: data
""")
    (figure,) = drawn(one)
    assert any(r"\hat y = 1.1 + 1.1" in text for text in labels(figure))


# --------------------------------------------------------------------------------------------- tangents
def test_the_tangent_touches_with_the_derived_slope() -> None:
    (figure,) = drawn(examined("tangent-line"))
    plot = number_at(figure)
    (touch,) = dots(figure, "touch")
    assert (touch.x, touch.y) == pytest.approx(plot.at(1.5, 1.5**3 / 3 - 0.5), abs=2e-3)
    tangent = max(strokes(figure, "tangent"), key=lambda s: len(s.points)).points
    (x0, y0), (x1, y1) = tangent[0], tangent[-1]
    unit = plot.at(1, 1)[0] - plot.at(0, 0)[0], plot.at(1, 1)[1] - plot.at(0, 0)[1]
    assert (y1 - y0) / (x1 - x0) * unit[0] / unit[1] == pytest.approx(1.25, abs=0.01)
    assert any(r"\tfrac{5}{8} + \tfrac{5}{4}(x - \tfrac{3}{2})" in text for text in labels(figure))
    (asked,) = drawn(examined("tangent-line"), told=False)
    assert not strokes(asked, "tangent") and strokes(asked, "curve")
    point = r"$(\tfrac{3}{2}, \tfrac{5}{8})$"
    assert point in labels(figure) and point not in labels(asked) and r"$x = \tfrac{3}{2}$" in labels(asked)


def test_the_tangent_plane_of_the_paraboloid() -> None:
    (figure,) = drawn(examined("tangent-plane"))
    assert "$5 + 2(x - 1) + 4(y - 2)$" in labels(figure) and figure.caption == ENGLISH["figure.tangent.plane"]
    assert len(strokes(figure, "surface")) == len(strokes(figure, "plane")) == 196
    assert all(len(face.points) == 4 and face.closed for face in strokes(figure, "surface"))


def test_a_vector_of_two_has_a_plane_and_further_symbols_need_numbers() -> None:
    text = """
symbols: {x: vector(2), c: scalar}
function: f(x) = c x[1]^2 x[2]
wrt: x
at: {x: [1, 2]AT}
find: [gradient]
figure: tangent
"""
    (figure,) = drawn(written(text.replace("AT", ", c: 1")))
    assert "$2 + 4(x_1 - 1) + (x_2 - 2)$" in labels(figure)
    with pytest.raises(DeriveError) as caught:
        written(text.replace("AT", ""))
    assert "it needs a number for c" in caught.value.message


# --------------------------------------------------------------------------------------------- graph, network
def test_edges_carry_the_local_derivatives() -> None:
    (figure,) = drawn(examined("nested-logarithm"))
    said = labels(figure)
    for label in ("3 x^{2}", r"\cos(u_{1})", "2 u_{2}", r"\frac{1}{u_{3}}"):
        assert any(label in text for text in said), (label, said)
    assert len(strokes(figure, "edge")) == 4
    (asked,) = drawn(examined("nested-logarithm"), told=False)
    assert len(strokes(asked, "edge")) == 4 and not any("3 x" in text for text in labels(asked))


def test_two_paths_are_two_ways_of_edges() -> None:
    (figure,) = drawn(examined("total-derivative"))
    edges = strokes(figure, "edge")
    assert len(edges) == 4 and sum(len(edge.points) > 2 for edge in edges) == 1
    assert labels(figure).count("$1$") == 2


def test_the_edge_of_a_vector_is_its_jacobian() -> None:
    (figure,) = drawn(examined("vector-chain-rule"))
    assert any("pmatrix" in text and r"\cos" in text for text in labels(figure))


def test_the_network_has_the_sizes_of_its_problem() -> None:
    (figure,) = drawn(examined("perceptron-three-layers"))
    said = " ".join(labels(figure))
    assert figure.place == "question"
    for part in (r"n_{0} \times n_{1}", r"n_{1} \times n_{2}", r"n_{2} \times n_{3}", r"\mathbb{R}^{n_{3}}", "W_{2}", r"\sigma", "E"):
        assert part in said, part
    assert [len(dots(figure, style)) for style in ("input", "unit", "hidden", "output")] == [4, 4, 4, 4]
    assert len(strokes(figure, "link")) == 3 * 16 + 4


def test_layers_without_room_are_left_out_in_the_middle() -> None:
    layers = 12
    symbols = "\n".join(f"  W{k}: matrix(n{k - 1}, n{k})" for k in range(1, layers + 1))
    let = "\n".join(f"  p{k}: sigma(W{k}' p{k - 1})" for k in range(1, layers + 1))
    one = written(f"""
symbols:
{symbols}
  p0: vector(n0)
  sigma: elementwise
  E: function(n{layers})
let:
{let}
function: f(W1) = E(p{layers})
wrt: W1
find: [gradient]
figure: network
""")
    (figure,) = drawn(one)
    assert figure.width <= 14.1 and r"$\cdots$" in labels(figure) and any("W_{12}" in text for text in labels(figure))


def test_a_neuron_and_a_residual_layer() -> None:
    (neuron,) = drawn(examined("neuron"))
    assert any(r"\max(0, z)" in text.replace("\\,", "") for text in labels(neuron)) and r"$\Sigma$" in labels(neuron)
    (residual,) = drawn(examined("residual-network"))
    assert sum(len(edge.points) > 2 for edge in strokes(residual, "edge")) == 3


# --------------------------------------------------------------------------------------------- shapes, blocks
def test_rectangles_have_the_sizes_of_the_factors() -> None:
    one = examined("chain-of-shapes")
    _, derivative, gradient = drawn(one)
    sizes = [text for text in labels(gradient) if "times" in text]
    assert sizes == [r"$m \times n$", r"$m \times 1$", r"$1 \times n$"]
    boxes = strokes(gradient, "box")
    tall = [box.points[2][1] - box.points[0][1] for box in boxes]
    wide = [box.points[2][0] - box.points[0][0] for box in boxes]
    assert wide[0] == pytest.approx(tall[1]) and tall[0] > 2 * wide[0]
    assert next(text for text in labels(derivative) if "times" in text) == r"$1 \times 1$"


def test_the_shapes_of_the_function_may_stand_in_a_sheet_and_those_of_an_answer_not() -> None:
    one = written("""
symbols: {X: 'matrix(m, n)', A: symmetric(m), B: symmetric(n)}
function: f(X) = tr(X' A X B)
find: [gradient]
figure: [{kind: shapes, of: function}, {kind: shapes, of: gradient}]
""")
    assert [figure.place for figure in drawn(one)] == ["question", "solution"]
    assert len(drawn(one, told=False)) == 1


def test_the_blocks_of_a_product_hold_the_vector_in_their_own_row() -> None:
    (figure,) = drawn(examined("linear-map-by-entries"))
    said = labels(figure)
    assert said.count(r"$x^{\mathsf T}$") == 3 and said.count(r"$0^{\mathsf T}$") == 6
    assert drawn(examined("linear-map-by-entries"), told=False) == ()


BLOCKS = """
symbols: {{A: 'matrix(m, n)', x: vector({size}), b: vector(m), sigma: elementwise}}
function: f(A) = {function}
wrt: A
find: [derivative]
figure: blocks
"""


def test_blocks_with_a_factor_and_by_columns() -> None:
    (scaled,) = drawn(written(BLOCKS.format(size="n", function="sigma(A x + b)")))
    assert any(r"\sigma'" in text and "_{2}" in text and "x^" in text for text in labels(scaled))
    (columns,) = drawn(written(BLOCKS.format(size="m", function="A' x").replace(", b: vector(m), sigma: elementwise", "")))
    assert labels(columns).count("$x$") == 3


def test_blocks_that_are_full_are_refused() -> None:
    text = BLOCKS.format(size="n", function="C A x").replace("b: vector(m), sigma: elementwise", "C: 'matrix(m, m)'")
    with pytest.raises(DeriveError, match="blocks are not zero"):
        written(text)


# --------------------------------------------------------------------------------------------- where they do not apply
PLAIN = "symbols: {x: vector(n), A: spd(n)}\nfunction: f(x) = x' A x\nwrt: x\nfind: [gradient]\n"


@pytest.mark.parametrize(
    ("figure", "message", "hint", "column"),
    [
        ("data", "figure data: it needs columns of `data`", "data: {x:", 9),
        ("table", "it needs columns of `data`", "data: {x:", 9),
        ("tangent", "the function is one of one or two numbers", "what applies here: shapes", 9),
        ("graph", "it needs intermediates", "let: {u: x^2}", 9),
        ("network", "no chain of vectors", "let:", 9),
        ("blocks", "a vector function of one matrix", "what applies here: shapes", 9),
        ("[shapes, dta]", "there is no figure `dta`; did you mean `data`?", "they are data, table", 18),
        ("{kind: shapes, of: hessian}", "the hessian is not asked for", "find: [gradient, hessian]", 9),
        ("{kind: shapes, range: [0, 1]}", "unknown key `range` in the figure `shapes`", "", 24),
        ("{kind: data, range: [1, 0]}", "from the smaller number to the larger", "", 29),
        ("{kind: data, range: [a, 1]}", "`a` is no number", "", 30),
        ("{range: [1, 2]}", "which figure?", "they are", 9),
        ("[data, data]", "asked for twice", "", 16),
    ],
)
def test_what_is_wrong_is_said_at_its_place(figure: str, message: str, hint: str, column: int) -> None:
    with pytest.raises(DeriveError) as caught:
        written(PLAIN + f"figure: {figure}\n")
    error = caught.value
    assert message in error.message and hint in (error.hint or "")
    assert error.where is not None and (error.where.line, error.where.column) == (5, column)


def test_what_applies_is_found() -> None:
    assert applicable(examined("perceptron-three-layers").problem, examined("perceptron-three-layers").derivation) == (
        "graph", "network", "shapes")


@pytest.mark.parametrize("name", sorted(p.stem for p in PROBLEMS.glob("*.yaml") if "\nfigure:" in p.read_text(encoding="utf-8")))
@pytest.mark.parametrize("aspect", [169, 43])
def test_every_figure_of_the_problems_fits_a_slide_and_nothing_leaves_its_box(name: str, aspect: int) -> None:
    one = examined(name)
    made = of_page(one.problem, one.derivation, MODES["slides"], Settings(aspect=aspect))  # type: ignore[arg-type]
    assert made and made == of_page(one.problem, one.derivation, MODES["slides"], Settings(aspect=aspect))  # type: ignore[arg-type]
    for figure in made:
        assert figure.alt and figure.caption
        for mark in figure.marks:
            points = mark.points if isinstance(mark, Stroke) else ((mark.x, mark.y),)
            assert all(-0.01 <= x <= figure.width + 0.01 and -0.01 <= y <= figure.height + 0.01 for x, y in points), mark


def test_answers_alone_have_no_figures_and_a_blank_slide_no_curve() -> None:
    one = written(FIT)
    assert of_page(one.problem, one.derivation, MODES["key"], Settings()) == ()
    assert not any(strokes(figure, "curve") for figure in of_page(one.problem, one.derivation, MODES["blank"], Settings()))
    assert [f.kind for f in of_page(one.problem, one.derivation, MODES["slides"], Settings(), ("table",))] == ["table"]
    assert of_page(one.problem, one.derivation, MODES["slides"], Settings(), ("gradient",)) == ()


# --------------------------------------------------------------------------------------------- frames
def test_a_figure_stands_beside_the_rows_of_the_last_frame_or_below_them() -> None:
    slides, still = MODES["slides"], Settings(overlays=False)
    beside = page_of("tangent-line", slides, still).frames[-1]
    assert [figure.kind for figure in beside.figures] == ["tangent"] and beside.share < 1.0
    assert page_of("tangent-line", slides, still).figures == ()
    assert [figure.kind for figure in page_of("tangent-line", MODES["solutions"], still).figures] == ["tangent"]
    alone = page_of("linear-map-by-entries", slides, still)
    assert not any(frame.figures for frame in alone.frames) and [figure.kind for figure in alone.figures] == ["blocks"]


def test_a_blank_frame_has_no_figure_of_the_answer_beside_it() -> None:
    assert not any(frame.figures for frame in page_of("tangent-line", MODES["blank"]).frames)


# --------------------------------------------------------------------------------------------- axes
def test_ticks_are_round_and_few() -> None:
    assert ticks(-2.48, 4.48) == (-2, -1, 0, 1, 2, 3, 4)
    assert ticks(0, 0.013) == (0, 0.002, 0.004, 0.006, 0.008, 0.01, 0.012)
    for low, high in ((-1e5, 3e5), (0.1, 0.10001), (-3, 700)):
        values = ticks(low, high)
        assert 2 <= len(values) <= 7 and all(low <= v <= high for v in values)
    assert ticks(1, 1) == ()


def test_numbers_of_small_fractions_are_fractions() -> None:
    assert [exact(v) for v in (1.25, -0.5, 2.0, 0.123456, 1 / 3)] == [r"\tfrac{5}{4}", r"-\tfrac{1}{2}", "2", "0.1235", r"\tfrac{1}{3}"]


def test_a_bow_rises_by_its_lift() -> None:
    points = bent((0, 0), (4, 0), 1.0)
    assert points[0] == (0, 0) and points[-1] == (4, 0) and max(y for _, y in points) == pytest.approx(1.0, abs=0.01)
    assert not re.search("nan", repr(points))


def test_a_graph_without_room_goes_from_top_to_bottom() -> None:
    text = (PROBLEMS / "perceptron-three-layers.yaml").read_text(encoding="utf-8").replace("figure: network", "figure: graph")
    one = written(text)
    (across,), (down,) = drawn(one), drawn(one, width=10.9)
    assert across.width > 10.9 >= down.width and down.height > across.height
    assert len(strokes(across, "edge")) == len(strokes(down, "edge")) == 6
    assert {text for text in labels(across) if "diag" in text} == {text for text in labels(down) if "diag" in text}


def test_a_model_without_value_at_the_border_has_a_gap_there() -> None:
    one = written("""
symbols: {X: 'matrix(m, 2)', y: vector(m), w: vector(2)}
data: {x: [1/10, 1, 2, 5], y: [-2, 0, 1, 2], X: '[ones, log(x)]'}
function: f(w) = norm(X w - y)^2
wrt: w
find: [stationary]
figure: data
""")
    (figure,) = drawn(one)
    assert number_at(figure).x[0] == 0 and any(r"\log(x)" in text for text in labels(figure))
    assert sum(len(s.points) for s in strokes(figure, "curve")) < 160


def test_as_many_points_as_can_be_told_apart() -> None:
    many = ", ".join(str(k) for k in range(401))
    with pytest.raises(DeriveError, match="401 points cannot be told apart"):
        written(FIT.replace("x: [-2, 0, 1, 3, 4], y: [1, 3, 3, 2, 0]", f"x: [{many}], y: [{many}]").replace("find: [stationary]", "find: [gradient]"))


def test_another_model_than_a_design_matrix_has_its_curve_too() -> None:
    one = written("""
symbols: {x: vector(m), y: vector(m), a: scalar, b: scalar}
data: {x: [0, 1, 2, 3], y: [1, 3, 2, 5]}
function: f(a, b) = norm(a ones(m) + b x - y)^2
wrt: [a, b]
find: [stationary]
figure: [data, table]
""")
    figure, table = drawn(one)
    assert len(strokes(figure, "gap")) == 4 and r"$\hat y$" in labels(figure)
    assert table.caption == "The data and the fitted values." and "$4.4$" in labels(table)
