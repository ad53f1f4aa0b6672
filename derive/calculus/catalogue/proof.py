"""From the data of a proof to lines: marked texts read, the engine's own lines taken where it derives the proof itself.

A proof is a Derivation without results, so that the check of derivations is the check of proofs.
"""

from __future__ import annotations

import re
from dataclasses import replace

from derive.calculus.catalogue.proofs import ADJOINT_GIVEN, ADJOINT_LAST, ADJOINT_ROWS, Proof
from derive.calculus.rules.defining import DEFINING
from derive.calculus.rules.law import Law
from derive.calculus.rules.row_text import Names, T, problem_of, reason, said
from derive.calculus.rules.rule import PROPERTIES, Rule, compiled, fill, letters
from derive.derivation.derivation import Chain, Derivation, Head, Line, Step
from derive.derivation.reason import Why
from derive.expressions.build import add, scale
from derive.expressions.function import Function
from derive.expressions.nodes import Call, Expr, Rate, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, Size
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem


def _remarks(problem: Problem, text: str) -> tuple[Why, ...]:
    return (reason(problem, text),) if text else ()


def definition(problem: Problem, function: Expr | None = None) -> Line:
    """Df(X)[H] = d/dt f(X + tH) |t=0."""
    moved: dict[Expr, Expr] = {
        x: add(x, scale(T, h) if problem.direction_named or not x.is_scalar else T)
        for x, h in zip(problem.wrt, problem.directions, strict=True)
    }
    head = Head("derivative", problem.name, problem.wrt, () if unit_speed(problem) else problem.directions)
    expr: Expr = Rate(substitute(problem.function if function is None else function, moved), (T,))
    return Line(expr, "definition", ("definition",), left=head)


def unit_speed(problem: Problem) -> bool:
    """Whether the direction of the one variable, a number, is 1: df/dx."""
    return len(problem.wrt) == 1 and problem.wrt[0].is_scalar and not problem.direction_named


def symbols_of(given: str) -> str:
    """The letters of a row as symbols of a problem file: `A: n n symmetric` is `A: symmetric(n)`."""
    out = []
    for part in filter(None, (p.strip() for p in given.split(","))):
        letter, _, rest = part.partition(":")
        words = rest.split()
        has = [w for w in words if w in PROPERTIES]
        dims = [w for w in words if w not in has]
        if not dims:
            kind = has[0] if has else "scalar"
        elif has:
            kind = f"{has[0]}({dims[0]})"
        elif dims[-1] == "1":
            kind = f"vector({dims[0]})"
        else:
            kind = f"square({dims[0]})" if dims[0] == dims[-1] else f"matrix({', '.join(dims)})"
        out.append(f"{letter.strip()}: {kind}")
    return "; ".join(out)


def moving(rule: Rule) -> str:
    """The letters of a row that vary: those whose differential stands in it."""
    assert rule.to is not None
    letters = [p.split(":")[0].strip() for p in rule.given.split(",")]
    found = [s for s in letters if re.search(rf"\bd{s}\b", rule.to)]
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"


def row_problem(rule: Rule, proof: Proof) -> Problem:
    """The problem `differentiate the pattern of the row`."""
    assert rule.of is not None
    given = _without_index(proof.given or symbols_of(rule.given), rule)
    return problem_of(rule.name, given, rule.of, moving(rule), sizes=proof.sizes)


def _without_index(given: str, rule: Rule) -> str:
    """Without the letters that only the template binds (the index of a sum)."""
    assert rule.of is not None
    return "; ".join(p for p in given.split("; ") if re.search(rf"\b{p.split(':')[0].strip()}\b", rule.of))


def right_side(rule: Rule, problem: Problem) -> Expr:
    """The row's right side with H for dA."""
    assert rule.to is not None
    values: dict[str, Expr] = {**problem.symbols}
    for x, h in zip(problem.wrt, problem.directions, strict=True):
        values["d" + x.name] = h
    template = compiled(rule.to, rule.given)
    for node in walk(template):
        for name in node.free - values.keys():
            values[name] = next(s for s in walk(template) if isinstance(s, Symbol) and s.name == name)
    sizes = {n: Size.of(n) for s in problem.symbols.values() for d in s.dims for n in d.names}
    return fill(template, values, sizes)


def proved(proof: Proof, rule: Rule) -> Derivation:
    """The proof of a differential row.  DeriveError when the engine has to derive it and cannot."""
    if rule.of is None:
        problem = problem_of(rule.name, proof.given, proof.function, proof.wrt, sizes=proof.sizes)
        right = said(problem, proof.right)
    else:
        problem = row_problem(rule, proof)
        right = right_side(rule, problem)
    title = proof.title or "Proof"
    if proof.by:
        return _by_another(proof, rule, problem, right, title)
    if proof.engine:
        return _by_equation(rule, problem, title)
    names = _names(problem, proof.names)
    lines = [definition(problem)]
    for text, why in proof.rows:
        if "==" in text:
            left, other = (said(problem, side, names) for side in text.split("=="))
            lines.append(Line(other, rule.name, reason(problem, why), "equation", left, equation=True, relation="⇒"))
        else:
            expr = said(problem, text, names)
            lines.append(_next(lines[-1], expr, rule.name, reason(problem, why), "derivative", lines[0].left))
    lines.append(_next(lines[-1], right, rule.name, reason(problem, proof.last), "derivative", lines[0].left))
    remarks = _remarks(problem, proof.remark)
    return Derivation(problem, (Chain("derivative", title, tuple(lines)),), {}, where=names, remarks=remarks)


def _by_equation(rule: Rule, problem: Problem, title: str) -> Derivation:
    """The engine's derivation from the defining equation, with letters for what the equation is about."""
    from derive.calculus.derive import derive

    found = derive(problem)
    lines = found.chains[0].lines
    if found.where:
        return Derivation(problem, (Chain("derivative", title, lines),), {}, where=found.where, remarks=found.remarks)
    names: Names = ()
    for letter, text in DEFINING[rule.name].unknowns if rule.name != "inverse" else ():
        expr = said(problem, text)
        names = (*names, (Symbol(letter, expr.shape), expr))
    short: dict[Expr, Expr] = {expr: symbol for symbol, expr in names}
    told = [
        replace(line, expr=substitute(line.expr, short), left=substitute(line.left, short))
        if line.equation and isinstance(line.left, Expr) and not line.steps else line
        for line in lines
    ]
    return Derivation(problem, (Chain("derivative", title, tuple(told)),), {}, where=names)


def _names(problem: Problem, text: str) -> Names:
    """Letters with what they stand for."""
    out: Names = ()
    for part in filter(None, (p.strip() for p in text.split(";"))):
        letter, definition = (w.strip() for w in part.split(" = "))
        expr = said(problem, definition, out)
        out = (*out, (Symbol(letter, expr.shape), expr))
    return out


def _next(above: Line, expr: Expr, rule: str, why: Why, quantity: str, left: Head | Expr | None) -> Line:
    """A line that continues the one above, or, below an equation, states its left side anew."""
    if above.equation:
        return Line(expr, rule, why, quantity, left)
    if expr is above.expr:
        return Line(expr, rule, why, quantity)
    return Line(expr, rule, why, quantity, steps=(Step(above.expr, expr, rule, ()),))


def _by_another(proof: Proof, rule: Rule, problem: Problem, right: Expr, title: str) -> Derivation:
    """The engine derives an equal function; its last line is brought to the row's form."""
    from derive.calculus.derive import derive

    other = said(problem, proof.by)
    found = derive(replace(problem, function=other))
    first, *rest = found.chains[0].lines
    lines = [replace(first, why=(problem.function, " = ", other)), *rest]
    if lines[-1].expr is not right:
        why = reason(problem, proof.last or "the same in other words")
        lines.append(_next(lines[-1], right, rule.name, why, "derivative", None))
    return Derivation(problem, (Chain("derivative", title, tuple(lines)),), {}, where=found.where)


def proved_law(law: Law) -> tuple[Derivation, ...]:
    """left = … = right, each line the value of the left side; then the law where it can be computed."""
    left, right = law.sides
    problem = problem_of(law.name, law.symbols, right if "|" in left else left, law.variable, find="derivative", sizes=law.sizes)
    out = [_equal(problem, law.name, said(problem, left), said(problem, right), law.rows, law.last or _within(law.why))]
    for case in law.cases:
        there = problem_of(law.name, case.given, case.left, case.wrt, find="derivative")
        *between, (right, last) = case.rows
        out.append(_equal(there, law.name, there.function, said(there, right), tuple(between), last, case.title))
    return tuple(out)


def _within(sentence: str) -> str:
    """A sentence as the reason of a line: a small letter, no full stop."""
    return sentence[0].lower() + sentence[1:].rstrip(".")


def _equal(
    problem: Problem, rule: str, left: Expr, right: Expr, rows: tuple[tuple[str, str], ...], last: str, title: str = "Proof"
) -> Derivation:
    """left = … = right; a line that the reader would see twice is said once."""
    lines: list[Line] = []
    for expr, why in (*((said(problem, text), why) for text, why in rows), (right, last)):
        if not lines:
            lines.append(Line(expr, rule, reason(problem, why), "value", left))
        elif expr is not lines[-1].expr:
            lines.append(_next(lines[-1], expr, rule, reason(problem, why), "value", None))
    return Derivation(problem, (Chain("value", title, tuple(lines)),), {})


def adjoint_sides(rule: Rule) -> tuple[Problem, Expr, Expr]:
    """The problem `⟨Y, L(A)⟩ by A`, its function, and ⟨L*(Y), A⟩."""
    assert rule.of is not None and rule.to is not None
    given = symbols_of(rule.given)
    for part in filter(None, ADJOINT_GIVEN.get(rule.name, "").split(";")):
        letter = part.split(":")[0]
        given = "; ".join(part if p.startswith(f"{letter}:") else p for p in given.split("; "))
    shape = letters(rule.given)["y"].shape
    weight = "y" if shape[1] == Size.of(1) else "Y"
    given = re.sub(r"\by:", f"{weight}:", given)
    variable = "A" if re.search(r"\bA\b", rule.given) else "a"
    pairing = f"y {rule.of}" if shape == SCALAR else f"inner({weight}, {rule.of})"
    problem = problem_of(rule.name, given, pairing, variable)
    x = problem.symbols[variable]
    values: dict[str, Expr] = {**problem.symbols, "y": problem.symbols[weight]}
    sizes = {n: Size.of(n) for s in problem.symbols.values() for d in s.dims for n in d.names}
    right: Expr = Call("inner", (fill(compiled(rule.to, rule.given), values, sizes), x))
    return problem, problem.function, right


def proved_adjoint(rule: Rule) -> Derivation:
    """⟨Y, L(A)⟩ = … = ⟨L*(Y), A⟩, each line the value of the left side."""
    problem, left, right = adjoint_sides(rule)
    last = ADJOINT_LAST.get(rule.name) or _within(rule.why)
    return _equal(problem, rule.name, left, right, ADJOINT_ROWS.get(rule.name, ()), last)


def proved_function(problem: Problem, row: Function) -> Derivation:
    """The derivative of a linear function, or of one entry by entry, from the definition."""
    if row.maps:
        from derive.calculus.derive import derive

        last = derive(problem).chains[0].lines[-1].expr
        each = said(problem, f"sum(i, 1, m, sum(j, 1, n, {{t| {row.name}(X[i, j] + t H[i, j])}} e(i, m) e(j, n)'))")
        rows: tuple[tuple[Expr, str], ...] = (
            (each, "each entry depends on its own alone"), (last, "the chain rule in one variable, by SymPy"),
        )
    else:
        (x,), (h,) = problem.wrt, problem.directions
        at_h: Expr = substitute(problem.function, {x: h})
        both = add(problem.function, scale(T, at_h))
        rows = ((Rate(both, (T,)), f"{row.name} is linear"), (at_h, "the factor of t"))
    lines = [definition(problem)]
    for expr, why in rows:
        lines.append(_next(lines[-1], expr, "chain-rule" if row.maps else "linear", (why,), "derivative", lines[0].left))
    return Derivation(problem, (Chain("derivative", "Proof", tuple(lines)),), {})
