"""The chain rule through many intermediates, forwards: the derivative of each along the directions has a letter, and is written by those of
the intermediates that it is made of.  What is said twice is differentiated twice so: size and time are linear in the number of intermediates.

Source: Griewank & Walther, Evaluating Derivatives, ch. 3 and 10 (the forward mode, and its second order).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from derive.calculus.differentiate.caption import reason
from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.routes.chain_rule import LETTER, MOST
from derive.calculus.setting.setting import Setting, free_name, per_variable, taken_names
from derive.calculus.simplify.distribute import collected
from derive.calculus.simplify.result_form import neat
from derive.derivation.derivation import Chain, Head, Line, Result, Results
from derive.derivation.reason import Why, joined
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.spelling import latex_of, path_latex
from derive.notation.latex.lines import head as latex
from derive.values import dataclass

ALONG = frozenset({"derivative", "second-derivative"})
OF_A_NUMBER = ALONG | {"gradient", "hessian"}
TITLES = {"derivative": "Derivative", "gradient": "Gradient", "second-derivative": "Second derivative", "hessian": "Hessian"}

Told = tuple[Expr, str, Why]
"""A derivative, its main rule, and the words beside it."""
Letters = Mapping[Symbol, Symbol]
"""By intermediate the letter of its derivative."""


@dataclass(frozen=True)
class Forward:
    """The chains, the results that they state, and what the letters stand for."""

    chains: list[Chain]
    results: Results
    where: tuple[tuple[Symbol, Expr], ...]


def applies(s: Setting) -> bool:
    """Whether what is asked is found by letters alone: twice through more intermediates than a table shows, or once of a number."""
    find = set(s.problem.find)
    wanted = find <= OF_A_NUMBER if s.unit_speed else find <= ALONG and "second-derivative" in find
    return wanted and s.problem.method == "directional" and len(_through(s)) > MOST and s.written is s.problem.function


def forward(s: Setting) -> Forward:
    """The derivative along the directions, and along the second ones of that, where it is asked."""
    way = _Way(s)
    first, lines = way.once(s.motion)
    told = way.told(way.function, s.motion, first)
    chains = [_table("Forward: the intermediates", lines)]
    results: Results = {}
    asked = sorted(s.problem.find, key=list(TITLES).index)
    for quantity in [name for name in asked if name in ("derivative", "gradient")] or ["derivative"]:
        chains.append(way.answer(quantity, told))
        results |= {quantity: per_variable(s.problem, {s.problem.wrt[0].name: Result(told[0])})} if quantity == "gradient" else {}
        results |= {quantity: Result(told[0], s.problem.directions)} if quantity in s.problem.find and quantity != "gradient" else {}
    twice = [quantity for quantity in asked if quantity in ("second-derivative", "hessian")]
    if twice:
        second = first
        if not s.unit_speed:
            second, lines = way.once(s.second)
            chains.append(_table("Forward: the intermediates along the second directions", lines))
        mixed, lines = way.twice(first, second)
        chains.append(_table("Forward: the intermediates, a second time", lines))
        told = way.again(told[0], first, second, mixed)
        for quantity in twice:
            chains.append(way.answer(quantity, told))
            results[quantity] = Result(told[0], s.problem.second_directions if quantity == "second-derivative" else ())
    return Forward(chains, results, tuple(way.where))


def _table(title: str, lines: Iterable[Line]) -> Chain:
    return Chain("lemma", title, tuple(lines))


def _through(s: Setting) -> list[tuple[Symbol, Expr]]:
    """The intermediates that move, and that the function is made of; the function itself is not among them."""
    needed = set(_function(s).free)
    found = []
    for u, definition in reversed(list(s.motion.lets.items())):
        if u.name in needed:
            needed |= definition.free
            found.append((u, definition))
    return found[::-1]


def _function(s: Setting) -> Expr:
    """What the function stands for, where it is the last intermediate."""
    f = s.problem.function
    return s.motion.lets.get(f, f) if isinstance(f, Symbol) else f


class _Way:
    """The letters as they are given.

    where   what each stands for
    values  of the first derivatives, by intermediate, along the first directions
    """

    def __init__(self, s: Setting) -> None:
        self.s, self.function, self.lets = s, _function(s), _through(s)
        self.taken = set(taken_names(s.problem))
        self.where: list[tuple[Symbol, Expr]] = []
        self.values: dict[Symbol, Expr] = {}

    def letter(self, u: Symbol, directions: tuple[Expr, ...], dots: int) -> Symbol:
        """The dotted letter of a derivative by a number; of any other, Du(X)[H] or D²u(X)[H, K] as it is written on the left."""
        name = "__".join((f"{'d' * dots}{u.name}", *(name for h in directions for name in sorted(h.free))))
        own = free_name(frozenset(self.taken), (name,))
        self.taken.add(own)
        written = path_latex(latex_of(u), dots) if self.s.unit_speed else latex(self.head(u, directions))
        found: Symbol = Symbol(own, u.dims, LETTER | {"along"}, None, written)
        return found

    def head(self, u: Symbol, directions: tuple[Expr, ...]) -> Head:
        """Du(X)[H], with an intermediate for the function."""
        quantity = "derivative" if len(directions) <= len(self.s.problem.wrt) else "second-derivative"
        return Head(quantity, u.name, self.s.problem.wrt, directions)

    def answer(self, quantity: str, told: Told) -> Chain:
        """The line that states a quantity of the function."""
        p = self.s.problem
        directions = () if self.s.unit_speed else p.directions if quantity == "derivative" else (*p.directions, *p.second_directions)
        return Chain(quantity, TITLES[quantity], (Line(*told, quantity, Head(quantity, p.name, p.wrt, directions)),))

    def once(self, along: Motion) -> tuple[dict[Symbol, Symbol], list[Line]]:
        """The letters of the derivatives along a motion, and their lines."""
        letters: dict[Symbol, Symbol] = {}
        lines = []
        for u, definition in self.lets:
            value, rule, why = self.told(definition, along, letters)
            directions = () if self.s.unit_speed else tuple(h for _, h in along.moves)
            letters[u] = self.letter(u, directions, 1)
            self.where.append((letters[u], value))
            if along is self.s.motion:
                self.values[u] = value
            left = letters[u] if self.s.unit_speed else self.head(u, directions)
            lines.append(Line(value, rule, why, "derivative", left, of=definition))
        return letters, lines

    def twice(self, first: Letters, second: Letters) -> tuple[dict[Symbol, Symbol], list[Line]]:
        """The letters of the second derivatives, and their lines."""
        letters: dict[Symbol, Symbol] = {}
        lines = []
        for u, definition in self.lets:
            value, rule, why = self.again(self.values[u], first, second, letters)
            directions = () if self.s.unit_speed else (*self.s.directions, *self.s.problem.second_directions)
            letters[u] = self.letter(u, directions, 2)
            self.where.append((letters[u], value))
            left = letters[u] if self.s.unit_speed else self.head(u, directions)
            lines.append(Line(value, rule, why, "second-derivative", left, of=definition))
        return letters, lines

    def told(self, definition: Expr, along: Motion, letters: Letters) -> Told:
        """The derivative of a definition by the letters of what stands in it."""
        moves = [(u, letter) for u, letter in letters.items() if u.name in definition.free]
        return self.taken_along(definition, [*moves, *((x, h) for x, h in along.moves if x.name in definition.free)])

    def again(self, value: Expr, first: Letters, second: Letters, mixed: Letters) -> Told:
        """The derivative of a first derivative, in which intermediates and letters move."""
        moves: list[tuple[Symbol, Expr]] = [(u, second[u]) for u in second if u.name in value.free]
        moves += [(first[u], letter) for u, letter in mixed.items() if first[u].name in value.free]
        return self.taken_along(value, [*moves, *((x, h) for x, h in self.s.second.moves if x.name in value.free)])

    def taken_along(self, expr: Expr, moves: list[tuple[Symbol, Expr]]) -> Told:
        """A derivative taken all at once: what it comes to, the main rule of its first level, and the words of all of them."""
        m = Motion(tuple(moves), frozenset(x.name for x, _ in moves), {}, ())
        out: Expr = m.pending(expr)
        whys: list[tuple[str, Why]] = []
        while out.pending and (done := level(out, m)).steps:
            out = done.expr
            whys.append(reason(done))
        out = neat(out, [])
        for _, letter in moves:
            if isinstance(letter, Symbol) and letter.name in out.free:
                out = collected(out, letter)
        rule = whys[0][0] if whys else "linear"
        said = dict.fromkeys(why for k, (_, why) in enumerate(whys) if not k or why != ("linearity",))
        return out, rule, joined(said) if said else ("linearity",)
