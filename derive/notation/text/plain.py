"""Expression → the problem language, so that reading it gives the same expression."""

from __future__ import annotations

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Apply,
    Call,
    Commutation,
    Compare,
    Delta,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Unnamed,
    Where,
    Zeros,
)
from derive.expressions.sizes import ONE
from derive.notation.walking import bottom_up
from derive.values import dataclass

SUM, PRODUCT, INFIX, POWER, ATOM = range(5)


@dataclass(frozen=True)
class Written:
    """A subexpression's text and how tightly it binds."""

    text: str
    level: int = ATOM

    def at_least(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


class Plain:
    """One expression; every subexpression is written once, from the inside."""

    def __init__(self, root: Expr) -> None:
        self.root = root
        self.memo: dict[Expr, Written] = {}

    def whole(self) -> Written:
        for node in bottom_up(self.root):
            self.of(node)
        return self.of(self.root)

    def of(self, node: Expr) -> Written:
        found = self.memo.get(node)
        if found is None:
            found = self.memo[node] = self.write(node)
        return found

    def atom(self, node: Expr) -> str:
        return self.of(node).at_least(ATOM)

    def listed(self, nodes: tuple[Expr, ...]) -> str:
        return ", ".join(self.of(n).text for n in nodes)

    def write(self, node: Expr) -> Written:
        match node:
            case Number():
                return Written(str(node.value), ATOM if node.value >= 0 and node.value.denominator == 1 else SUM)
            case SizeValue():
                several = len(node.size.terms) > 1
                return Written(str(node.size), SUM if several else PRODUCT if "*" in str(node.size) else ATOM)
            case Symbol():
                return Written(node.name if node.index is None else f"{node.name}_{self.of(node.index).text}")
            case Identity():
                return Written(f"I({node.size})")
            case Ones() | Zeros():
                word = "ones" if isinstance(node, Ones) else "zeros"
                sizes = node.dims[:1] if node.dims[1] == ONE else node.dims
                return Written(f"{word}({', '.join(map(str, sizes))})")
            case Unit():
                return Written(f"e({self.of(node.index).text}, {node.size})")
            case Delta():
                return Written(f"delta({self.of(node.left).text}, {self.of(node.right).text})")
            case Commutation():
                return Written(f"commutation({node.rows}, {node.columns})")
            case Add():
                return Written(self.sum(node), SUM)
            case Times() | Scale() | MatMul():
                minus, text = self.product(node)
                return Written("-" + text, SUM) if minus else Written(text, PRODUCT)
            case Power():
                exponent = self.of(node.exponent)
                plain = exponent.level == ATOM or (isinstance(node.exponent, Number) and "/" not in exponent.text)
                return Written(f"{self.atom(node.base)}^{exponent.text if plain else f'({exponent.text})'}", POWER)
            case Transpose():
                inverted = isinstance(node.arg, Power) and _is_inverse(node.arg)
                base = self.of(node.arg).text if inverted else self.atom(node.arg)
                return Written(f"{base}'", POWER)
            case Entry():
                row = ":" if node.row is None else self.of(node.row).text
                column = "" if node.column is None else f", {self.of(node.column).text}"
                if node.column is None and node.arg.shape[1] != ONE:
                    column = ", :"
                return Written(f"{self.atom(node.arg)}[{row}{column}]")
            case Stack():
                return Written(f"[{'; '.join(self.listed(row) for row in node.rows)}]")
            case Compare():
                return Written(f"{self.of(node.left).text} {node.op} {self.of(node.right).text}", SUM)
            case Where():
                return Written(f"where({self.listed(node.children)})")
            case Sum():
                return Written(f"sum({node.index.name}, {self.listed(node.children)})")
            case Map():
                return Written(f"{self.name_of(node.function, node.order)}({self.of(node.arg).text})")
            case Call():
                return self.call(node)
            case Apply() if not node.adjoint:
                return Written(f"{self.name_of(node.function, node.order)}({self.listed(node.children)})")
        raise ValueError(f"{type(node).__name__} is a derivative to be taken: the problem language cannot say it")

    def name_of(self, function: str | Unnamed, order: int) -> str:
        """The name of a function, of its derivatives with d or d2 before it."""
        name = function if isinstance(function, str) else function.name
        return name if not order else f"d{order if order > 1 else ''}{name}"

    def call(self, node: Call) -> Written:
        infix = FUNCTIONS[node.name].infix
        if infix is not None and not infix[0].isalpha():
            left, right = (self.atom(a) for a in node.args)
            return Written(f"{left} {infix[0]} {right}", INFIX)
        return Written(f"{node.name}({self.listed(node.args)})")

    def sum(self, node: Add) -> str:
        out = ""
        for k, term in enumerate(node.terms):
            minus, text = self.signed(term)
            out += ((" - " if minus else " + ") if k else "-" if minus else "") + text
        return out

    def signed(self, term: Expr) -> tuple[bool, str]:
        """(is it negative, its absolute value) of a term of a sum."""
        if isinstance(term, (Times, Scale)):
            return self.product(term)
        if isinstance(term, Number):
            return term.value < 0, str(abs(term.value))
        return False, self.of(term).at_least(PRODUCT)

    def product(self, node: Times | Scale | MatMul) -> tuple[bool, str]:
        """(is it negative, its absolute value)."""
        factors = list(node.children)
        if isinstance(node, Scale) and isinstance(node.scalar, Times):
            factors = [*node.scalar.factors, node.arg]
        minus = False
        out: list[str] = []
        if isinstance(factors[0], Number):
            value = factors[0].value
            minus = value < 0
            if abs(value) != 1:
                out.append(str(abs(value)))
            factors = factors[1:]
        if isinstance(node, MatMul):
            out.extend(self.chain(node))
        else:
            # A chain x'y that is not the last factor stands in parentheses: nothing may join it.
            end = factors[-1]
            out.extend(self.of(f).at_least(PRODUCT if f is end and isinstance(f, MatMul) else POWER) for f in factors)
        last = factors[-1]
        text = ""
        for k, piece in enumerate(out):
            if k == len(out) - 1 and k and isinstance(node, Times) and _is_inverse(last):
                assert isinstance(last, Power)
                return minus, f"{text} / {self.atom(last.base)}"
            text += piece if not k else f" * {piece}" if piece[0].isdigit() else f" {piece}"
        return minus, text

    def chain(self, node: MatMul) -> list[str]:
        """The factors; behind a prefix that is a scalar the rest stands in parentheses."""
        texts = [self.of(f).at_least(POWER) for f in node.factors]
        k = scalar_prefix(node)
        return texts if k is None else [*texts[:k], f"({' '.join(texts[k:])})"]


def scalar_prefix(node: MatMul) -> int | None:
    """k when the product of the factors 0 … k is a scalar before the last factor: w'x in w'x y' gives 1."""
    if node.factors[0].shape[0] != ONE:
        return None
    return next((k for k in range(1, len(node.factors) - 1) if node.factors[k].shape[1] == ONE), None)


def _is_inverse(node: Expr) -> bool:
    return isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value == -1
