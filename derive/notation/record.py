"""The JSON object of a derivation, as docs/language.md fixes it: for programs that read a derivation back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any, Protocol

from derive.derivation.derivation import Chain, Derivation, Found, Head, Line, Result, members
from derive.expressions.build import matmul, subtract, transpose
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import Size
from derive.language.problems.problem import Problem
from derive.notation.latex.latex import latex
from derive.notation.latex.lines import RELATIONS, head, line_left
from derive.notation.python.source import Names, source
from derive.notation.settings import DEFAULT, Notation
from derive.notation.text.text import why

Json = dict[str, Any]
Free = tuple[tuple[Symbol, Size], ...]


class Verified(Protocol):
    """What is told of a check: `checking.verification.Report` is one."""

    @property
    def passed(self) -> bool: ...
    @property
    def points(self) -> int: ...
    @property
    def max_relative_error(self) -> float: ...
    @property
    def exact_lines(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def bits(self) -> int: ...


def record(derivation: Derivation, report: Verified | None = None, notation: Notation = DEFAULT) -> Json:
    """The object that `derive show --format json` prints; `verification` is None without a report.

    Beyond docs/language.md: a step has `left` and `relation` (LaTeX; `left` null where it continues the line above) and
    `chain`, the title of the lines that it belongs to.  With a list `wrt` the lines that state one thing for each
    variable (the gradients) are one step: its `numpy` is the list in the order of `wrt`, its `members` are the lines.
    Several stationary points are one object whose `numpy` is the list of them, with each by itself in `points`.
    """
    problem = derivation.problem
    writer = _Writer(derivation, Names((*problem.let, *derivation.where)), notation)
    return {
        "id": problem.id,
        "title": problem.title,
        "function": writer.expr(problem.function),
        "wrt": _by_list(problem, [x.name for x in problem.wrt]),
        "direction": _by_list(problem, [h.name for h in problem.directions]),
        "steps": [step for chain in derivation.chains for step in writer.steps(chain)],
        "results": {quantity: writer.result(quantity, found) for quantity, found in derivation.results.items()},
        "conditions": [why(condition) for condition in derivation.conditions],
        "verification": None if report is None else _verification(report),
    }


def _by_list(problem: Problem, names: list[str]) -> str | list[str]:
    return names if problem.wrt_list or len(names) != 1 else names[0]


def _verification(report: Verified) -> Json:
    error = report.max_relative_error
    return {
        "passed": report.passed, "points": report.points, "max_relative_error": error if isfinite(error) else None,
        "exact": {"lines": report.exact_lines, "of": report.count, "error_bound": 2.0**-report.bits if report.exact_lines else None},
    }


class _Writer:
    def __init__(self, derivation: Derivation, names: Names, notation: Notation) -> None:
        self.derivation, self.names, self.notation = derivation, names, notation

    def expr(self, expr: Expr, free: Free = ()) -> Json:
        return {"latex": latex(expr, self.notation), "numpy": source(expr, Names(self.names.let, free))}

    # ---------------------------------------------------------------------------------------- steps
    def steps(self, chain: Chain) -> list[Json]:
        out: list[Json] = []
        of: Expr | None = None
        lines = chain.lines
        k = 0
        while k < len(lines):
            members = self.members(lines[k:])
            if members:
                out.append(self.together(chain, members))
                k += len(members)
                continue
            line = lines[k]
            if line.left is not None or line.of is not None:
                of = line.of
            out.append(self.step(chain, line, of))
            k += 1
        return out

    def members(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The first lines, when they state one quantity for each variable of several, in the order of the variables."""
        wrt = self.derivation.problem.wrt
        first = lines[: len(wrt)]
        if len(wrt) < 2 or len({line.quantity for line in first}) != 1 or any(line.equation or line.of for line in first):
            return ()
        by_name = {_variable(line): line for line in first}
        return tuple(by_name[x.name] for x in wrt) if by_name.keys() == {x.name for x in wrt} else ()

    def together(self, chain: Chain, members: tuple[Line, ...]) -> Json:
        steps = [self.step(chain, line, None) for line in members]
        reasons = dict.fromkeys(step["why"] for step in steps if step["why"])
        return {
            **steps[0],
            "latex": r", \quad ".join(f"{step['left']} = {step['latex']}" for step in steps),
            "numpy": f"[{', '.join(step['numpy'] for step in steps)}]",
            "why": "; ".join(reasons),
            "left": None,
            "members": [{"wrt": x.name, **step} for x, step in zip(self.derivation.problem.wrt, steps, strict=True)],
        }

    def step(self, chain: Chain, line: Line, of: Expr | None) -> Json:
        left = line_left(line, self.notation)
        out: Json = {
            "latex": latex(line.expr, self.notation),
            "numpy": self.value(line),
            "rule": line.rule,
            "why": why(line.why),
            "quantity": "equation" if line.equation or self.at_a_solution(line) is not None else line.quantity,
            "left": left or None,
            "relation": RELATIONS.get(line.relation, rf"\text{{ {line.relation} }}"),
            "chain": chain.title,
        }
        if line.equation:
            out["latex"] = f"{left} = {out['latex']}" if left else out["latex"]
            out["left"] = None
        if of is not None:
            out["of"] = source(of, self.names)
        if line.beside is not None:
            name, definition = line.beside
            said = head(name, self.notation) if isinstance(name, Head) else latex(name, self.notation)
            out["beside"] = f"{said} = {latex(definition, self.notation)}"
        if line.note:
            out["note"] = line.note
        return out

    def value(self, line: Line) -> str:
        """The value of the last member; left minus right of an equation, at the claimed solution where there is one."""
        expr = line.expr
        if line.partial is not None:
            expr = subtract(line.partial.quotient, expr)
        elif line.equation and line.left is not None:
            expr = subtract(self.side(line.left, expr), expr)
        elif (general := self.at_a_solution(line)) is not None:
            expr = subtract(general, expr)
        let = self.names.let
        if line.solution and line.quantity != "stationary":
            # a name of `let` may hold the unknown: the solution is put in wherever the unknown is written
            solution = {s: e for s, e in line.solution.items() if s.name not in e.free}
            let = (*let, *solution.items())
        return source(expr, Names(let, line.free))

    def at_a_solution(self, line: Line) -> Expr | None:
        """D²f[H, H] as it is everywhere, for a line that states it at the solution: an equation there.  None for any other
        line, and where only that line says it."""
        problem = self.derivation.problem
        if not line.solution or line.quantity != "second-derivative" or len(problem.wrt) != 1:
            return None
        (h,) = problem.directions
        second, hessian = (self.derivation.results.get(name) for name in ("second-derivative", "hessian"))
        if isinstance(second, Result):
            return substitute(second.expr, dict.fromkeys(problem.second_directions, h))
        if isinstance(hessian, Result) and hessian.direction:
            return Call("inner", (substitute(hessian.expr, dict.fromkeys(hessian.direction, h)), h))
        return matmul(transpose(h), hessian.expr, h) if isinstance(hessian, Result) and not h.is_scalar else None

    def side(self, left: Head | Expr, right: Expr) -> Expr:
        """The left side of an equation as an expression: a gradient by its result."""
        if isinstance(left, Expr):
            return left
        if left.quantity == "jacobian-determinant":
            inside = self.side(replace(left, quantity="jacobian"), right)
            return Call("det", (inside,)) if inside is not right else right
        found = self.derivation.results.get(left.quantity)
        if isinstance(found, Mapping) and len(left.wrt) == 1:
            found = found.get(left.wrt[0].name)
        if isinstance(found, Result):
            return found.expr
        for chain in self.derivation.chains:
            for line in chain.lines:
                if line.left == left and not line.equation:
                    return line.expr
        return right

    # ---------------------------------------------------------------------------------------- results
    def result(self, quantity: str, found: Found) -> Json:
        if isinstance(found, Result):
            return self.one(quantity, found)
        if isinstance(found, tuple):
            points = [members(one) for one in found]
            if len(points[0]) > 1 or points[0][0][0]:
                by_name = {name: tuple(dict(point)[name] for point in points) for name, _ in points[0]}
                every = {name: self.several(quantity, several) for name, several in by_name.items()}
                return {**every, "classification": next(iter(every.values()))["classification"]}
            return self.several(quantity, tuple(point[0][1] for point in points))
        out: Json = {name: self.one(quantity, result) for name, result in found.items()}
        first: Json = next(iter(out.values()), {})
        out.update({key: first[key] for key in ("direction", "classification") if key in first})
        return out

    def one(self, quantity: str, result: Result) -> Json:
        out = self.expr(result.expr, self.derivation.free(result))
        if result.direction and quantity in ("hessian", "second-derivative"):
            out["direction"] = _by_list(self.derivation.problem, [h.name for h in result.direction])
        if result.equation is not None:
            out = self.expr(subtract(result.expr, result.equation))
            out["latex"] = f"{latex(result.expr, self.notation)} = {latex(result.equation, self.notation)}"
        if result.classification is not None or quantity == "stationary":
            out["classification"] = result.classification or "undetermined"
        if result.subject:
            out["subject"] = why(result.subject)
        if result.conditions or quantity == "stationary":
            out["conditions"] = [why(condition) for condition in result.conditions]
        if result.family:
            out["family"] = why(result.family)
        return out

    def several(self, quantity: str, found: tuple[Result, ...]) -> Json:
        points = [self.one(quantity, result) for result in found]
        return {
            "latex": ", ".join(p["latex"] for p in points),
            "numpy": f"[{', '.join(p['numpy'] for p in points)}]",
            "classification": [p.get("classification") for p in points],
            "conditions": list(dict.fromkeys(c for p in points for c in p.get("conditions", []))),
            "points": points,
        }


def _variable(line: Line) -> str | None:
    """The one variable that a line states something for: of ∇_A f, of A* = …"""
    if isinstance(line.left, Head):
        return line.left.wrt[0].name if len(line.left.wrt) == 1 else None
    return line.left.name if isinstance(line.left, Symbol) and line.quantity == "stationary" else None
