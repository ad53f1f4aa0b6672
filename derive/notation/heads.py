"""Left sides that name what is derived, as boxes, a row a quantity: Df(X)[H], ∇f(X), D²f(X)[H, K], ∂f/∂x, …"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from derive.derivation.derivation import Head
from derive.expressions.nodes import Expr, Number, Stack
from derive.expressions.sizes import ONE, is_scalar
from derive.notation.latex.boxes import Row
from derive.notation.latex.left import Operator, Pieces
from derive.values import dataclass


@dataclass(frozen=True)
class Left:
    """A left side with its pieces written.

    name    of the function; `at` its arguments in brackets, or the point; `wrt` the variables
    below   the variables below a sign, empty where all of them are meant
    toward  the directions in brackets
    """

    it: Head
    write: Pieces

    @property
    def name(self) -> Row:
        """The name of the function."""
        return self.write.name(self.it.function)

    @property
    def partly(self) -> bool:
        """Whether some of several variables are meant."""
        return len(self.it.wrt) < len(self.it.arguments or self.it.wrt)

    @property
    def below(self) -> Row:
        """The variables below a sign, empty where all of them are meant."""
        return self.wrt if self.partly else self.write.beside()

    @property
    def wrt(self) -> Row:
        """The variables, with commas between."""
        return self.listed(self.it.wrt)

    @property
    def at(self) -> Row:
        """The arguments in brackets, or the point."""
        return self.point or self.write.beside("(", self.listed(self.it.arguments or self.it.wrt), ")")

    @property
    def point(self) -> Row:
        """The values of the variables in brackets, empty where no point is meant."""
        several = len(self.it.at) > 1
        return self.write.beside("(", self.joined([self.entries(value, several) for value in self.it.at]), ")") if self.it.at else self.write.beside()

    @property
    def toward(self) -> Row:
        """The directions in brackets, empty without any."""
        return self.write.beside("[", self.listed(self.it.directions), "]") if self.it.directions else self.write.beside()

    @property
    def of_one_number(self) -> bool:
        """Whether it is by one scalar variable."""
        return len(self.it.wrt) == 1 and self.it.wrt[0].is_scalar

    @property
    def partial(self) -> bool:
        """Whether derivatives by one variable are written ∂f/∂X."""
        return self.write.notation.derivative == "partial" and len(self.it.wrt) == 1

    def listed(self, exprs: Sequence[Expr]) -> Row:
        """Expressions with commas between."""
        return self.joined(list(map(self.write.expr, exprs)))

    def joined(self, pieces: Sequence[Row]) -> Row:
        """Pieces with commas between them."""
        return self.write.beside(*(part for k, piece in enumerate(pieces) for part in ((", ", piece) if k else (piece,))))

    def entries(self, value: Expr, several: bool) -> Row:
        """A vector as its entries, `3, 4`, in brackets where there are other variables."""
        if isinstance(value, Stack) and value.shape[1] == ONE:
            inside = self.listed(value.children)
            return self.write.beside("(", inside, ")") if several else inside
        return self.listed((value,))

    def quotient(self, above: Row, *below: Row, sign: Operator = "∂") -> Row:
        """A quotient, the point behind it.

        above  the function
        """
        return self.write.beside(self.write.quotient(sign, above, below), self.point)

    @property
    def plain_sign(self) -> Operator:
        """Of a derivative by one number: d or ∂."""
        return "∂" if self.write.notation.quotient == "partial" else "d"

    @property
    def operator_sign(self) -> Operator:
        """Of a derivative along a direction: D or d."""
        return "d" if self.write.notation.derivative == "d" else "D"


def head(it: Head, write: Pieces) -> Row:
    """The left side in the notation of the pieces; a quantity without a row is written as the value."""
    row: Callable[[Left], Row] = _ROWS.get(it.quantity, _value)
    return row(Left(it, write))


def pairs(it: Head) -> list[tuple[Expr, ...]]:
    """The directions of a second derivative, those that move together in one part: (H, K), (H, H) of a quadratic one."""
    if it.quantity == "quadratic":
        return [it.directions] * 2 if it.directions else []
    n = len(it.directions) // 2 or 1
    return [it.directions[k : k + n] for k in range(0, len(it.directions), n)]


def index_split(it: Head) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """The indices of ∂f_i/∂A_pq: those of the value, and those of the variable, which has one, two or none by its shape."""
    shape = it.wrt[0].shape
    count = 0 if is_scalar(shape) else 1 if ONE in shape else 2
    k = len(it.directions) - count
    return it.directions[:k], it.directions[k:]


def _value(left: Left) -> Row:
    name = left.write.indexed(left.name, left.it.directions) if left.it.quantity == "value" else left.name
    return left.write.beside(name, left.at)


def _derivative(left: Left) -> Row:
    it = left.it
    one = [d for d in it.directions if not (isinstance(d, Number) and d.value == 1)]
    if left.of_one_number and not one:
        return left.quotient(left.write.indexed(left.name, it.indices), left.wrt, sign="∂" if left.below else left.plain_sign)
    if left.partial:
        return left.write.beside(left.quotient(left.write.indexed(left.name, it.indices), left.wrt), left.toward)
    whole = left.write.applied(left.operator_sign, 1, left.below, left.name, left.write.beside(left.at, left.toward))
    return left.write.indexed(whole, it.indices)


def _differential(left: Left) -> Row:
    return left.write.applied("d", 1, left.write.beside(), left.name, left.point)


def _gradient(left: Left) -> Row:
    if left.partly and left.of_one_number:
        return left.quotient(left.name, left.wrt)
    sign: Operator = "∇" if left.write.notation.gradient == "nabla" else "grad"
    return left.write.applied(sign, 1, left.below, left.name, left.at)


def _jacobian(left: Left) -> Row:
    return left.quotient(left.name, left.wrt) if left.partly else left.write.beside(left.write.jacobian(left.name), left.at)


def _jacobian_denominator(left: Left) -> Row:
    return left.write.transposed(_jacobian(left), left.partly)


def _jacobian_determinant(left: Left) -> Row:
    return left.write.operator("det", left.write.beside(left.write.jacobian(left.name), left.at), False)


def _second(left: Left) -> Row:
    it = left.it
    if left.of_one_number and not it.directions:
        return left.quotient(left.name, left.wrt, left.wrt, sign=left.plain_sign)
    beside = left.write.beside
    parts = [beside("(", left.listed(part), ")") if len(part) > 1 else left.listed(part) for part in pairs(it)]
    toward = beside("[", left.joined(parts), "]") if parts else beside()
    if left.partial:
        return beside(left.quotient(left.name, left.wrt, left.wrt), toward)
    return left.write.applied(left.operator_sign, 2, left.below, left.name, beside(left.at, toward))


def _hessian(left: Left) -> Row:
    sign, order = ("Hess", 1) if left.toward else ("∇", 2)
    return left.write.applied(sign, order, left.below, left.name, left.write.beside(left.at, left.toward))  # type: ignore[arg-type]


def _vectorized(left: Left) -> Row:
    return left.write.beside(left.write.stacked(left.name, left.wrt, 1), left.point)


def _vectorized_hessian(left: Left) -> Row:
    if left.it.directions:
        return left.write.operator("vec", _hessian(left), True)
    return left.write.beside(left.write.stacked(left.name, left.wrt, 2), left.point)


def _vectorized_derivative(left: Left) -> Row:
    return left.write.operator("vec", _derivative(left), True)


def _taylor(left: Left) -> Row:
    beside = left.write.beside
    moved = [beside(left.listed((w,)), " + ", left.listed((d,))) for w, d in zip(left.it.at or left.it.wrt, left.it.directions, strict=False)]
    return beside(left.name, "(", left.joined(moved), ")") if moved else beside(left.name, left.at)


def _entries(left: Left) -> Row:
    return left.quotient(left.name, left.wrt)


def _entry(left: Left) -> Row:
    it, write = left.it, left.write
    value, variable = (write.indexed(n, part) for n, part in zip((left.name, left.wrt), index_split(it), strict=True))
    only: Operator = left.plain_sign if left.of_one_number and not left.partly else "∂"
    whole = left.quotient(value, variable, sign=only)
    if it.through is None:
        return whole
    between = write.expr(it.through)
    over = () if it.einstein else it.through.children[1:]
    return write.beside(whole, " = ", write.summed(over, (left.quotient(value, between), left.quotient(between, variable, sign=only))))


def _entry_array(left: Left) -> Row:
    return left.quotient(left.write.indexed(left.name, left.it.directions), left.wrt)


def _second_entry(left: Left) -> Row:
    return left.quotient(left.name, *(left.write.indexed(left.wrt, (d,)) for d in left.it.directions))


_ROWS: Mapping[str, Callable[[Left], Row]] = {
    "value": _value,
    "derivative": _derivative,
    "differential": _differential,
    "gradient": _gradient,
    "jacobian": _jacobian,
    "jacobian-denominator": _jacobian_denominator,
    "jacobian-determinant": _jacobian_determinant,
    "second-derivative": _second,
    "quadratic": _second,
    "hessian": _hessian,
    "vectorized": _vectorized,
    "vectorized-hessian": _vectorized_hessian,
    "vectorized-derivative": _vectorized_derivative,
    "taylor": _taylor,
    "entries": _entries,
    "entry": _entry,
    "entry-array": _entry_array,
    "second-entry": _second_entry,
}
