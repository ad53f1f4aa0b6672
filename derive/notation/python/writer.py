"""The walk over an expression that writes it as Python: scopes, names of shared values, each node in its form."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Apply,
    Call,
    Compare,
    D,
    Delta,
    Entry,
    Expr,
    Map,
    MatMul,
    Number,
    Power,
    Rate,
    Scale,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Where,
    Zeros,
)
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.sizes import ONE, is_column, is_row, is_scalar
from derive.notation.python.code import (
    ADD,
    ATOM,
    COMPARE,
    LAMBDA,
    MUL,
    NEG,
    POW,
    Code,
    as_rank2,
    chain,
    fill,
    from_rank2,
    negative,
    number,
    plus_one,
    size,
    total,
)
from derive.notation.python.constants import constant, stack
from derive.notation.python.identifiers import identifier
from derive.notation.python.pending import FIRST_DIFFERENCE, NESTED_DIFFERENCE, SECOND_DIFFERENCE, derivative_name, moved_path, paths
from derive.notation.python.sharing import sharing
from derive.notation.python.sums import contraction, hoisted
from derive.values import dataclass


@dataclass(frozen=True)
class Binding:
    """The names that the lambdas and loops around a place bind; `loops` those that are integers already."""

    names: frozenset[str] = frozenset()
    loops: frozenset[str] = frozenset()


class Writer:
    """Writes one expression; `counter` numbers the names that it binds."""

    def __init__(self, let: dict[str, Expr]) -> None:
        self.let = let
        self.counter = 0
        self.binding = Binding()
        self.known: dict[Expr, str] = {}
        self._reach: dict[str, frozenset[str]] = {}
        self.nested = False

    # ---------------------------------------------------------------------------------------- scopes
    def scope(self, body: Expr, binding: Binding) -> Code:
        """`body` where `binding` has just been bound: a name from outside is kept unless its value depends on that."""
        outer, known = self.binding, self.known
        self.binding = Binding(outer.names | binding.names, outer.loops - binding.names | binding.loops)
        self.known = {e: n for e, n in known.items() if not (self.names_in(e) & binding.names)}
        parts: list[str] = []
        for node in sharing(body, self.below).bound:
            if node not in self.known:
                text = self.code(node).text
                self.counter += 1
                self.known[node] = f"_s{self.counter}"
                parts.append(f"_s{self.counter} := {text}")
        value = self.code(body)
        self.binding, self.known = outer, known
        return Code(f"({', '.join([*parts, value.text])})[-1]") if parts else value

    def below(self, node: Expr) -> tuple[Expr, ...]:
        """The nodes written directly inside a node, in its own scope."""
        match node:
            case _ if node in self.known:
                return ()
            case Symbol(name=name):
                inlined = self.definition(name)
                return () if inlined is None else (inlined,)
            case D(moves=moves):
                return tuple(e for symbol, direction in moves for e in (symbol, direction))
            case Rate():
                return ()
            case Sum(lower=lower, upper=upper):
                return (lower, upper)
            case _:
                return node.children

    def definition(self, name: str) -> Expr | None:
        return None if name in self.binding.names else self.let.get(name)

    def names_in(self, expr: Expr) -> frozenset[str]:
        """The names that the value depends on, those in definitions included."""
        out = expr.free
        for name in expr.free & self.let.keys():
            if name not in self._reach:
                self._reach[name] = self.names_in(self.let[name])
            out = out | self._reach[name]
        return out

    # ---------------------------------------------------------------------------------------- nodes
    def code(self, node: Expr) -> Code:
        name = self.known.get(node)
        if name is not None:
            return Code(name)
        match node:
            case Number() | Times() | Scale():
                minus, positive = self.signed(node)
                return negative(positive) if minus else positive
            case Symbol(name=name, index=index) if index is not None:
                return Code(f"{identifier(name)}[{self.position(index)}]")
            case Symbol(name=name):
                inlined = self.definition(name)
                return Code(identifier(name)) if inlined is None else self.code(inlined)
            case SizeValue(size=value):
                return size(value)
            case Add(terms=terms):
                return total([self.signed(term) for term in terms])
            case MatMul(factors=factors):
                return self.product(factors)
            case Power():
                return self.power(node)
            case Transpose(arg=arg):
                inner = self.code(arg)
                plain = is_column(arg.shape) or is_row(arg.shape) or arg.is_scalar
                return inner if plain else Code(inner.at(ATOM) + ".T")
            case Map(function=function, arg=arg, order=order):
                if isinstance(function, str):
                    return fill(FUNCTIONS[function].numpy, [self.code(arg)])
                return Code(f"{identifier(derivative_name(function.name, order))}({self.code(arg).text})")
            case Call():
                return self.call(node)
            case Apply(directions=toward, adjoint=adjoint) if adjoint or _assembled(node):
                called = identifier(derivative_name(node.function.name, node.order))
                arguments = ", ".join(self.code(c).text for c in (node.arg, *toward))
                return Code(_WHOLE["adjoint" if adjoint else "hessian" if node.order == 2 else "jacobian"].format(called, arguments))
            case Apply(function=function, order=order):
                arguments = ", ".join(self.code(c).text for c in node.children)
                return Code(f"{identifier(derivative_name(function.name, order))}({arguments})")
            case Entry():
                return self.entry(node)
            case Stack():
                return stack(node, [[self.code(block) for block in row] for row in node.rows])
            case Unit(index=index, size=n):
                return Code(f"np.eye({size(n).text})[{self.position(index)}]")
            case Compare(op=op, left=left, right=right):
                return Code(f"{self.code(left).at(ADD)} {op} {self.code(right).at(ADD)}", COMPARE)
            case Delta(left=left, right=right):
                return Code(f"float({self.integer(left).at(ADD)} == {self.integer(right).at(ADD)})")
            case Where():
                return Code(f"np.where({', '.join(self.code(c).text for c in node.children)})")
            case Sum() if (whole := contraction(self, node)) is not None:
                return whole
            case Sum() if (faster := hoisted(node)) is not node:
                return self.code(faster)
            case Sum(index=index, lower=lower, upper=upper, body=body):
                bound = frozenset((index.name,))
                inner = self.scope(body, Binding(bound, bound))
                reach = f"range({self.integer(lower).text}, {plus_one(self.integer(upper))})"
                each = f"{inner.text} for {identifier(index.name)} in {reach}"
                if body.is_scalar or isinstance(upper, (Number, SizeValue)):
                    return Code(f"sum({each})")
                return Code(f"sum(({each}), {constant(Zeros(body.shape)).text})")  # it may be empty
            case D():
                return self.derivative(node)
            case Rate():
                return self.rate(node)
            case _:
                return constant(node)

    # ---------------------------------------------------------------------------------------- products
    def signed(self, node: Expr) -> tuple[bool, Code]:
        """Whether a minus stands in front, and the rest."""
        if node in self.known or not isinstance(node, (Number, Times, Scale)):
            return False, self.code(node)
        coefficient = Fraction(1)
        tops: list[Expr] = []
        bottoms: list[Code] = []
        pending: list[Expr] = [node.scalar] if isinstance(node, Scale) else [node]
        while pending:
            factor = pending.pop(0)
            if factor in self.known:
                tops.append(factor)
            elif isinstance(factor, Number):
                coefficient *= factor.value
            elif isinstance(factor, Times):
                pending[:0] = factor.factors
            elif isinstance(factor, Power) and (k := reciprocal(factor)):
                base = self.code(factor.base)
                bottoms.append(base if k == 1 else Code(f"{base.at(ATOM)}**{k}", POW))
            else:
                tops.append(factor)
        operands = [self.code(top) for top in tops]
        if isinstance(node, Scale):
            operands.append(self.code(node.arg))
        value = abs(coefficient)
        leading = number(value)
        if leading.prec == MUL and operands:
            bottoms.insert(0, Code(str(value.denominator)))
            leading = Code(str(value.numerator))
        if leading.text != "1" or not operands:
            operands.insert(0, leading)
        if len(operands) == 1 and not bottoms:
            return coefficient < 0, operands[0]
        last = operands.pop() if isinstance(node, Scale) else None
        text = chain(operands, "*").at(MUL) if operands else ""
        if last is not None:
            # (s * A) @ B is s * (A @ B): the matrix product behind a scalar needs no parentheses
            text = f"{text} * {last.at(MUL)}" if text else last.at(MUL)
        return coefficient < 0, Code(text + "".join(f" / {bottom.at(POW)}" for bottom in bottoms), MUL)

    def product(self, factors: Sequence[Expr]) -> Code:
        """Vectors are 1-D: x' A y is x @ A @ y, and a column before a row is an outer product."""
        segments: list[list[Expr]] = [[factors[0]]]
        for left, right in pairwise(factors):
            if left.shape[1] == ONE:
                segments.append([])
            segments[-1].append(right)
        codes = [chain([self.code(f) for f in segment], "@") for segment in segments]
        if len(codes) == 1:
            return codes[0]
        column = factors[0].shape[0] != ONE
        row = factors[-1].shape[1] != ONE
        if column and row:
            outer = Code(f"np.outer({codes[0].text}, {codes[-1].text})")
            return chain([*codes[1:-1], outer], "*")
        return chain(codes, "*")

    def power(self, node: Power) -> Code:
        base, exponent = node.base, node.exponent
        if base.is_scalar:
            if k := reciprocal(node):
                inner = self.code(base)
                return Code(f"1 / {inner.at(POW) if k == 1 else f'{inner.at(ATOM)}**{k}'}", MUL)
            whole = isinstance(base, Number) and base.value.denominator == 1 and 0 <= base.value < 2**53
            text = f"{self.code(base).text}.0" if whole else self.code(base).at(ATOM)
            return Code(f"{text}**{self.code(exponent).at(NEG)}", POW)
        if isinstance(exponent, Number) and exponent.value == -1:
            return Code(f"np.linalg.inv({self.code(base).text})")
        return Code(f"np.linalg.matrix_power({self.code(base).text}, {self.integer(exponent).text})")

    # ---------------------------------------------------------------------------------------- structure
    def integer(self, expr: Expr) -> Code:
        """An integer expression as a Python int: indices, exponents, the ends of a sum."""
        code = self.code(expr)
        return code if self._is_int(expr) else Code(f"int({code.text})")

    def _is_int(self, expr: Expr) -> bool:
        match expr:
            case Number(value=value):
                return value.denominator == 1
            case SizeValue():
                return True
            case Symbol(name=name):
                return name in self.binding.loops
            case Add() | Times():
                return all(self._is_int(c) for c in expr.children)
            case _:
                return False

    def position(self, index: Expr) -> str:
        """A 1-based index as a 0-based one."""
        if isinstance(index, Number):
            return str(int(index.value) - 1)
        return f"{self.integer(index).at(ADD)} - 1"

    def entry(self, node: Entry) -> Code:
        whole = self.code(node.arg)
        row, column = node.row, node.column
        if node.arg.is_scalar:
            return whole
        if is_column(node.arg.shape) or is_row(node.arg.shape):
            index = row if is_column(node.arg.shape) else column
            return whole if index is None else Code(f"{whole.at(ATOM)}[{self.position(index)}]")
        rows = ":" if row is None else self.position(row)
        columns = "" if column is None else f", {self.position(column)}"
        return Code(f"{whole.at(ATOM)}[{rows}{columns}]")

    def call(self, node: Call) -> Code:
        row = FUNCTIONS[node.name]
        if node.name == "vec" and node.args[0].is_scalar:
            return self.code(node.args[0])
        arguments = [self.code(arg) for arg in node.args]
        simpler = row.numpy_symmetric is not None and is_symmetric(node.args[0])
        template = (simpler and row.numpy_symmetric) or row.numpy
        if "{1} - 1" in template:
            template = template.replace("{1} - 1", self.position(node.args[1]))
        if not row.rank2 or all(not (is_column(a.shape) or is_row(a.shape) or a.is_scalar) for a in node.args[:2]):
            return fill(template, arguments)
        index = len(node.args) - (row.signature.count("index") > 0)
        arguments[:index] = [as_rank2(a, e.shape) for a, e in zip(arguments[:index], node.args[:index], strict=True)]
        return from_rank2(fill(template, arguments), node.shape)

    # ---------------------------------------------------------------------------------------- derivatives to be taken
    def derivative(self, node: D) -> Code:
        """(difference)(lambda _t: (lambda X: arg)(X + _t * H)); what is a path of a moved parameter moves with it."""
        moved: dict[str, str] = {}
        for symbol, direction in node.moves:
            unit = isinstance(direction, Number) and direction.value == 1
            step = Code("_t") if unit else Code(f"_t * {self.code(direction).at(NEG)}", MUL)
            moved[symbol.name] = f"{self.code(symbol).at(ADD)} + {step.text}"
            for path, order in sorted(paths(node.arg, symbol, self.definition)):
                moved[derivative_name(path, order)] = moved_path(path, order, step.at(ATOM))
        difference, body = self.difference(node.arg, Binding(frozenset(moved)))
        parameters = ", ".join(map(identifier, moved))
        inner = f"lambda _t: (lambda {parameters}: {body.text})({', '.join(moved.values())})"
        return Code(f"{difference}({inner})")

    def difference(self, body: Expr, binding: Binding) -> tuple[str, Code]:
        """The quotient for a derivative of `body`, and the code of that: longer steps where another one is inside or around."""
        outer = self.nested
        self.nested = outer or body.pending
        code = self.scope(body, binding)
        difference = NESTED_DIFFERENCE if self.nested else FIRST_DIFFERENCE
        self.nested = outer
        return difference, code

    def rate(self, node: Rate) -> Code:
        first, *rest = node.parameters
        if len(rest) == 1 and rest[0].name == first.name:
            difference, body = SECOND_DIFFERENCE, self.scope(node.body, Binding(frozenset((first.name,))))
        else:
            inner = Rate(node.body, tuple(rest)) if rest else node.body
            difference, body = self.difference(inner, Binding(frozenset((first.name,))))
        return Code(f"{difference}(lambda {identifier(first.name)}: {body.at(LAMBDA)})")


def reciprocal(node: Power) -> int:
    """k for a scalar to the power -k, else 0."""
    exponent = node.exponent
    if node.base.is_scalar and isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value < 0:
        return -int(exponent.value)
    return 0


def _assembled(node: Apply) -> bool:
    """Whether a derivative without directions is put together from those along the units."""
    takes, gives = node.function.argument, node.function.value
    assert takes is not None and gives is not None
    if node.directions or not node.order:
        return False
    return node.order == 2 or not (is_scalar(gives) or (is_column(gives) and is_column(takes)))


_WHOLE = {
    "adjoint": "(lambda a, w: np.reshape([np.sum(w * {0}(a, np.reshape(e, np.shape(a)))) for e in np.eye(np.size(a))], np.shape(a)))({1})",
    "hessian": "(lambda a: np.array([{0}(a, e) for e in np.eye(np.size(a))]))({1})",
    "jacobian": "(lambda a: np.stack([np.ravel({0}(a, np.reshape(e, np.shape(a), order='F')), order='F') "
                "for e in np.eye(np.size(a))], axis=1))({1})",
}
"""What `Apply` assembles of derivatives along directions: DE(x)*[w], the Hessian matrix, d vec E / d vec x."""
