"""Lines of a derivation as they will be displayed: which stand as rows, which are answers, what changed in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derive.derivation.derivation import Chain, Derivation, Found, Head, Line, Result, left_side, members
from derive.derivation.reason import Why, says_not
from derive.documents.page.abbreviations import NONE, Names
from derive.documents.page.changes import Places, changes, equation_changes
from derive.expressions.build import zero
from derive.expressions.nodes import Expr, Stack
from derive.expressions.sizes import SCALAR
from derive.expressions.spelling import starred
from derive.language.problems.problem import Problem
from derive.values import dataclass

SOLVED = ("⇔", "⇒")
"""Relations of an equation to the one above it."""


@dataclass(frozen=True)
class Boxed:
    """A result to be boxed: `left = expr`, or `left ≈ expr` where its line says so."""

    quantity: str
    left: Head | Expr
    result: Result
    key: str
    relation: str = "="


@dataclass(frozen=True)
class View:
    """A line with its place: `number` counts the lines of the derivation from 1; `old` are the places in the line above
    that changed into the places `new` of this one, `left` is the left side that it belongs to; `boxed` is the answer that it states;
    `again` it was shown before, and is repeated."""

    key: str
    number: int
    line: Line
    left: Head | Expr | None
    old: Places
    new: Places
    boxed: Boxed | None = None
    again: bool = False

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """The formulas that are printed in the row."""
        return tuple(part for part in (self.line.expr, self.line.left, *self.line.why) if isinstance(part, Expr))


@dataclass(frozen=True)
class Passage:
    """A chain, or a piece of one: its rows, and the results that it ends in.

    title    a few words on what it is about
    part     the letter of the part that it belongs to, '' where there are none
    reached  the letter of an earlier part, where this one only repeats what that one found
    """

    chain: Chain
    views: tuple[View, ...]
    boxed: tuple[Boxed, ...]
    title: Why
    part: str = ""
    reached: str = ""


def passages(derivation: Derivation, names: Names = NONE) -> tuple[Passage, ...]:
    """Every chain in order, its answers behind its rows; a closing line that only states one is not shown as a row.

    names  letters that are written instead of large matrices
    """
    return numbered(tuple(map(behind, in_place(derivation, names))))


def in_place(derivation: Derivation, names: Names = NONE) -> tuple[Passage, ...]:
    """Every chain in order.  Every answer is boxed in the row that states it; only one that no row states stands alone.

    names  letters that are written instead of large matrices
    """
    problem = derivation.problem
    directions = frozenset(d.name for d in (*problem.directions, *problem.second_directions))
    unknowns = frozenset(name for symbol in problem.wrt for name in (symbol.name, starred(symbol).name))
    number = 0
    out: list[Passage] = []
    homes = _homes(derivation)
    for c, chain in enumerate(derivation.chains):
        boxed = tuple(homes.get(c, ()))
        views: list[View] = []
        above: Expr | None = None
        left: Head | Expr | None = None
        for k, line in enumerate(chain.lines):
            number += 1
            continues = above is not None and line.start is None and not line.equation
            old, new = changes(above, line, directions) if continues and above is not None and line.steps else ((), ())
            before = chain.lines[k - 1] if k else None
            if before is not None and line.relation in SOLVED and isinstance(line.left, Expr) and isinstance(before.left, Expr):
                old, new = equation_changes((before.left, before.expr), (line.left, line.expr), unknowns)
            left = line.left if line.left is not None else left
            shown = names.of_line(line)
            if shown.expr is not line.expr or shown.left is not line.left:
                old, new = (), ()
                views[-1:] = [replace(view, old=(), new=()) for view in views[-1:]]
            views.append(View(f"{problem.id}/{c}.{k}", number, shown, names.of_side(left), old, new))
            above = line.expr
        boxed = tuple(replace(box, left=_named(box.left, names), result=names.of_result(box.result)) for box in boxed)
        boxed = _conditioned(boxed, tuple(map(names.of_why, derivation.conditions)))
        rows, rest = _placed(views, boxed)
        out.append(Passage(chain, tuple(rows), rest, chain.heading or (chain.title,)))
    return _whole(tuple(out), problem)


def _whole(found: tuple[Passage, ...], problem: Problem) -> tuple[Passage, ...]:
    """The passages with a Jacobian or a Hessian boxed as a whole, where rows put it together from what was found by each variable, and
    then not by pieces; and with the determinant of the Jacobian, where it is worked out."""
    for quantity in ("jacobian", "hessian"):
        place = _last(found, quantity, problem) if len(problem.wrt) > 1 else None
        boxes = [box for passage in found for box in _boxes(passage) if box.quantity == quantity]
        if place is not None and boxes:
            found = tuple(_without(passage, quantity) for passage in found)
            conditions = tuple(dict.fromkeys(c for box in boxes for c in box.result.conditions))
            found = _stating(found, place, quantity, conditions, problem)
    place = _last(found, "jacobian-determinant", problem)
    return found if place is None else _stating(found, place, "jacobian-determinant", (), problem)


def _last(found: Sequence[Passage], quantity: str, problem: Problem) -> tuple[int, int] | None:
    """Where the last row stands that states a quantity of all variables together: its passage and its place there."""
    places = [
        (p, k) for p, passage in enumerate(found) if passage.chain.quantity in (quantity, "jacobian")
        for k, view in enumerate(passage.views)
        if isinstance(view.line.left, Head) and view.line.left.quantity == quantity and not view.line.left.directions
        and view.line.left.wrt == problem.wrt and view.line.relation == "="
    ]
    return places[-1] if places else None


def _stating(
    found: tuple[Passage, ...], place: tuple[int, int], quantity: str, conditions: tuple[Why, ...], problem: Problem
) -> tuple[Passage, ...]:
    """The passages with the row at a place boxed."""
    p, k = place
    views = list(found[p].views)
    line = views[k].line
    assert line.left is not None  # it was found by its left side
    box = Boxed(quantity, line.left, Result(line.expr, conditions=conditions), f"{problem.id}/{quantity}.whole")
    views[k] = replace(views[k], boxed=views[k].boxed or box)
    return (*found[:p], replace(found[p], views=tuple(views)), *found[p + 1 :])


def _without(passage: Passage, quantity: str) -> Passage:
    """The passage without the boxes of a quantity."""
    views = tuple(replace(view, boxed=None) if view.boxed and view.boxed.quantity == quantity else view for view in passage.views)
    return replace(passage, views=views, boxed=tuple(box for box in passage.boxed if box.quantity != quantity))


def _boxes(passage: Passage) -> tuple[Boxed, ...]:
    return (*(view.boxed for view in passage.views if view.boxed), *passage.boxed)


def _placed(views: Sequence[View], boxed: Sequence[Boxed]) -> tuple[list[View], tuple[Boxed, ...]]:
    """The rows, each with the answer that it states, and the answers that none does."""
    out, rest = list(views), []
    for box in boxed:
        stating = [k for k, view in enumerate(out) if view.boxed is None and _states(view, box)]
        if stating:
            out[stating[-1]] = replace(out[stating[-1]], boxed=box)
        else:
            rest.append(box)
    return out, tuple(rest)


def _states(view: View, box: Boxed) -> bool:
    line = view.line
    same = line.expr is box.result.expr and view.left is not None and view.left == box.left
    return same and line.beside is None and line.relation in ("=", "≈", "⇔", "⇒", "or")


def _named(side: Head | Expr, names: Names) -> Head | Expr:
    return names.of(side) if isinstance(side, Expr) else side


def _conditioned(boxed: tuple[Boxed, ...], conditions: tuple[Why, ...]) -> tuple[Boxed, ...]:
    """The boxes, the last of them with the conditions under which the whole derivation holds."""
    if not boxed or not conditions:
        return boxed
    last = boxed[-1]
    more = tuple(c for c in conditions if c not in last.result.conditions and not says_not(c))
    return (*boxed[:-1], replace(last, result=replace(last.result, conditions=(*last.result.conditions, *more))))


def behind(passage: Passage) -> Passage:
    """The passage with all of its answers boxed behind its rows; a closing row that only states one is not shown."""
    views = [view for view in passage.views if not view.again]
    boxes = _boxes(replace(passage, views=tuple(views)))
    while len(views) > (0 if boxes else 1) and _only_states(views[-1]):
        views.pop()
    return replace(passage, views=tuple(replace(view, boxed=None) for view in views), boxed=boxes)


def numbered(found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages, their rows numbered from 1 as they stand on the page."""
    out: list[Passage] = []
    number = 0
    for passage in found:
        views = tuple(replace(view, number=number + k) for k, view in enumerate(passage.views, 1))
        number += len(views)
        out.append(replace(passage, views=views))
    return tuple(out)


def between(found: Sequence[Passage], first: int, last: int) -> tuple[Passage, ...]:
    """The rows of numbered passages from one number to another, with the answers that end a passage of which the last row is among them.
    A passage that was cut goes on under its row above, which is shown again.

    found        the passages, their rows numbered through
    first, last  numbers of rows, both included
    """
    out: list[Passage] = []
    for passage in found:
        views = [view for view in passage.views if first <= view.number <= last]
        whole = bool(views) and views[-1] is passage.views[-1]
        if views and views[0].line.left is None:
            above = passage.views[views[0].number - passage.views[0].number - 1]
            left = replace(above.line, left=above.left, steps=()) if above.line.left is None else above.line
            views.insert(0, replace(above, line=left, boxed=None, again=True, old=(), new=()))
        if views:
            out.append(replace(passage, views=tuple(views), boxed=passage.boxed if whole else ()))
    return tuple(out)


def _only_states(view: View) -> bool:
    """Whether it says no more than its box."""
    line = view.line
    return view.boxed is not None and line.relation in ("=", "≈") and not line.why and isinstance(line.left, Head)


def _homes(derivation: Derivation) -> dict[int, list[Boxed]]:
    """For each chain the results that are boxed at its end: those that it states, asked for, in the order of `find`."""
    homes: dict[int, list[Boxed]] = {}
    problem = derivation.problem
    for quantity, found in derivation.results.items():
        if quantity == "stationary" and all(x.is_scalar for x in problem.wrt) and _by_coordinates(found):
            home = _home(derivation.chains, quantity, members(found)[0][1])
            homes.setdefault(home, []).extend(_points(problem, found))
            continue
        several = members(found)
        if len(several) > 1 and all(result.classification == "none" for _, result in several):
            # One gradient of several may well be 0, not all together.
            result = replace(several[0][1], expr=zero(SCALAR))
            home = _home(derivation.chains, quantity, several[0][1])
            homes.setdefault(home, []).append(Boxed(quantity, Head("gradient", problem.name, problem.wrt), result, f"{problem.id}/{quantity}", "≠"))
            continue
        for k, (name, result) in enumerate(several):
            home = _home(derivation.chains, quantity, result)
            left = _left(derivation, problem, quantity, name, result, home)
            key = f"{problem.id}/{quantity}" + (f".{name if name and not isinstance(found, tuple) else k + 1}" if len(several) > 1 else "")
            if result.equation is not None:
                left, result = result.expr, replace(result, expr=result.equation)
            elif result.classification == "none":
                left, result = result.expr, replace(result, expr=zero(result.expr.shape))
            result = _every_one(result)
            relation = "≠" if result.classification == "none" else _relation(derivation.chains[home], result)
            box = Boxed(quantity, left, result, key, relation)
            shown = _as_laid_out(derivation, box, home) if quantity == "jacobian" else (box,)
            said = homes.setdefault(home, [])
            again = quantity != "stationary"
            said.extend(
                one for one in shown
                if not (again and any(one.left == old.left and one.result.expr is old.result.expr for old in said))
            )
    for c, chain in enumerate(derivation.chains):
        if chain.quantity == "value":
            homes.setdefault(c, []).extend(_values(problem, chain))
    return homes


def _every_one(result: Result) -> Result:
    """Of a family every one of it, with what its letters range over as a condition."""
    if not result.family:
        return result
    every, _, *letter = result.family
    assert isinstance(every, Expr)
    return replace(result, expr=every, conditions=(*result.conditions, tuple(letter)))


def _by_coordinates(found: Found) -> bool:
    """Whether stationary points in several scalars are known, as (8/3, −4/3)."""
    return all(isinstance(one, Mapping) for one in (found if isinstance(found, tuple) else (found,))) and all(
        one.equation is None and one.classification != "none" for _, one in members(found)
    )


def _points(problem: Problem, found: Found) -> Iterator[Boxed]:
    """Each point in one box, its coordinates one below the other, classified once."""
    for k, point in enumerate(found if isinstance(found, tuple) else (found,)):
        assert isinstance(point, Mapping)
        one = [_every_one(point[x.name]) for x in problem.wrt]
        left: Expr = Stack(tuple((starred(x),) for x in problem.wrt))
        value: Expr = Stack(tuple((result.expr,) for result in one))
        conditions = tuple(dict.fromkeys(c for result in one for c in result.conditions))
        yield Boxed("stationary", left, replace(one[0], expr=value, conditions=conditions), f"{problem.id}/stationary.{k + 1}")


def _values(problem: Problem, chain: Chain) -> Iterator[Boxed]:
    """What a chain of values ends in: ∇f(1, 2) = …, w* = …; the value of f itself where nothing else is there."""
    at_the_point = [line for line in chain.lines if isinstance(line.left, Head) and line.left.at]
    asked = [line for line in at_the_point if line.quantity != "value"] or at_the_point
    asked += [line for line in chain.lines if line.quantity == "stationary" and line.left is not None]
    for k, line in enumerate(asked):
        around = [other.expr for other in chain.lines if line.quantity == "taylor" and other.equation and other.left is line.expr]
        left = Head("value", problem.name, problem.wrt) if around else line.left  # 5 + 2(x − 1) is about x, not about the direction
        if left is not None:
            yield Boxed("value", left, Result((around or [line.expr])[-1]), f"{problem.id}/value.{k + 1}", line.relation)


def _as_laid_out(derivation: Derivation, box: Boxed, home: int) -> Iterator[Boxed]:
    """A Jacobian in the layouts that the problem asks for: the rows of the entries of f, the transpose, or both."""
    layout = derivation.problem.layout
    if layout != "denominator":
        yield box
    for line in derivation.chains[home].lines:
        head = line.left
        if isinstance(head, Head) and head.quantity == "jacobian-denominator" and isinstance(box.left, Head) and head.wrt == box.left.wrt:
            yield replace(box, left=head, result=replace(box.result, expr=line.expr), key=f"{box.key}.transposed")


def _relation(chain: Chain, result: Result) -> str:
    """≈ for what is stated as an approximation."""
    return "≈" if any(line.relation == "≈" for line in chain.lines) and chain.lines[-1].expr is result.expr else "="


def _home(chains: tuple[Chain, ...], quantity: str, result: Result) -> int:
    """The chain that answers this: the last one of its quantity, or the last that states the result."""
    of_quantity = [c for c, chain in enumerate(chains) if chain.quantity == quantity]
    if of_quantity:
        stating = [c for c in of_quantity if any(line.expr is result.expr for line in chains[c].lines)]
        return (stating or of_quantity)[-1]
    stating = [c for c, chain in enumerate(chains) if any(line.expr is result.expr for line in chain.lines)]
    stating = [c for c in stating if chains[c].quantity != "agreement"] or stating
    if stating:
        return stating[-1]
    inside = [
        c for c, chain in enumerate(chains) if any(result.expr in line.expr.children for line in chain.lines)
    ]
    return inside[-1] if inside else len(chains) - 1


def _left(
    derivation: Derivation, problem: Problem, quantity: str, name: str, result: Result, home: int
) -> Head | Expr:
    """The left side of a result: the one under which its chain states it, or the quantity's own."""
    wrt = tuple(s for s in problem.wrt if not name or s.name == name)
    if quantity == "stationary" and len(wrt) == 1:
        return starred(wrt[0])
    running: Head | Expr | None = None
    found: Head | Expr | None = None
    for line in derivation.chains[home].lines:
        running = line.left if line.left is not None else running
        if line.expr is result.expr and running is not None and not line.equation:
            if isinstance(running, Head) and running.quantity == quantity:
                if running.wrt == wrt:
                    return running
                continue
            found = found or running
    if found is not None:
        return found
    return left_side(problem, quantity, wrt, result.direction)
