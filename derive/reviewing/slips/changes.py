"""The usual slips, turned round: small changes of a tree, each with what it would have been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

from derive.reviewing.tree import (
    Add,
    Binary,
    Const,
    Fun,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Sub,
    Total,
    Tree,
    Turn,
    children,
    names_in,
    number,
    rebuilt,
)

Change = tuple[str, Tree]
MOST = 900


def changes(tree: Tree) -> Iterator[Change]:
    """(what was wrong, the changed tree), the likeliest and smallest first."""
    yield from signs(tree)
    yield from factors(tree)
    yield from everywhere(tree, transposes)
    yield from everywhere(tree, orders)
    yield from everywhere(tree, products)
    yield from wholes(tree)
    yield from everywhere(tree, powers)
    yield from everywhere(tree, identities)
    yield from missing(tree)


def everywhere(tree: Tree, change: Callable[[Tree], Iterator[Change]]) -> Iterator[Change]:
    """A change at each place of a tree, from the outside in."""
    yield from change(tree)
    seen: list[Tree] = []
    for child in children(tree):
        if any(child is s for s in seen):
            continue
        seen.append(child)
        if isinstance(tree, Sub) and child is not tree.base:
            continue
        for words, changed in everywhere(child, change):
            done = [False]

            def visit(node: Tree, child: Tree = child, changed: Tree = changed, done: list[bool] = done) -> Tree:
                if node is child and not done[0]:
                    done[0] = True
                    return changed
                return node

            yield words, rebuilt(tree, visit)


def terms_of(tree: Tree) -> list[Tree]:
    return list(tree.terms) if isinstance(tree, Add) else [tree]


def summed(terms: list[Tree]) -> Tree:
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")


def _place(k: int, count: int) -> str:
    return "" if count == 1 else f" in the {_PLACES[k]} term" if k < len(_PLACES) else f" in term {k + 1}"


# ------------------------------------------------------------------------------------------ signs and factors
def signs(tree: Tree) -> Iterator[Change]:
    """The whole turned, or one term, also inside a sum, a bracket, a fraction."""
    terms = terms_of(tree)
    yield "the sign is wrong", negated(tree)
    if len(terms) > 1:
        for k, t in enumerate(terms):
            yield f"the sign is wrong{_place(k, len(terms))}", summed([*terms[:k], negated(t), *terms[k + 1 :]])
    for place, inner, wrap in inside(tree):
        for k, t in enumerate(inner):
            yield f"the sign of a term in {place} is wrong", wrap(summed([*inner[:k], negated(t), *inner[k + 1 :]]))


def inside(tree: Tree) -> Iterator[tuple[str, list[Tree], Callable[[Tree], Tree]]]:
    """The sums inside a tree, with the way to put another in their place."""
    def visit(node: Tree, wrap: Callable[[Tree], Tree]) -> Iterator[tuple[str, list[Tree], Callable[[Tree], Tree]]]:
        for child in children(node):
            def put(new: Tree, node: Tree = node, child: Tree = child, wrap: Callable[[Tree], Tree] = wrap) -> Tree:
                return wrap(rebuilt(node, lambda t: new if t is child else t))

            if isinstance(child, Add):
                yield "a bracket", list(child.terms), put
            yield from visit(child, put)

    yield from visit(tree, lambda t: t)


def negated(tree: Tree) -> Tree:
    if isinstance(tree, Neg):
        return tree.arg
    if isinstance(tree, Add):
        return Add(tuple(negated(t) for t in tree.terms))
    return Neg(tree)


def scaled(tree: Tree, factor: Fraction) -> Tree:
    """A tree times a number, folded into the number that it begins with."""
    if isinstance(tree, Neg):
        return Neg(scaled(tree.arg, factor))
    if isinstance(tree, Mul) and isinstance(tree.factors[0], Num):
        value = tree.factors[0].value * factor
        rest = tree.factors[1:]
        return (rest[0] if len(rest) == 1 else Mul(rest)) if value == 1 else Mul((Num(value), *rest))
    if isinstance(tree, Mul):
        return Mul((Num(factor), *tree.factors))
    if isinstance(tree, Num):
        return Num(tree.value * factor)
    return Mul((Num(factor), tree))


def factors(tree: Tree) -> Iterator[Change]:
    terms = terms_of(tree)
    for factor, words in ((Fraction(2), "a factor 2 is missing"), (Fraction(1, 2), "a factor 2 is too much"),
                          (Fraction(4), "a factor 4 is missing"), (Fraction(1, 4), "a factor 4 is too much"),
                          (Fraction(3), "a factor 3 is missing"), (Fraction(1, 3), "a factor 3 is too much"),
                          (Fraction(-2), "a factor -2 is missing"), (Fraction(-1, 2), "a factor -2 is too much")):
        if len(terms) > 1:
            yield words, Add(tuple(scaled(t, factor) for t in terms))
        for k, t in enumerate(terms):
            yield f"{words}{_place(k, len(terms))}", summed([*terms[:k], scaled(t, factor), *terms[k + 1 :]])
    for factor, words in ((Fraction(2), "a factor 2 is missing"), (Fraction(1, 2), "a factor 2 is too much")):
        for place, inner, wrap in inside(tree):
            for k, t in enumerate(inner):
                yield f"{words} in {place}", wrap(summed([*inner[:k], scaled(t, factor), *inner[k + 1 :]]))


# ------------------------------------------------------------------------------------------ transposes, orders, products
def transposes(tree: Tree) -> Iterator[Change]:
    if isinstance(tree, Turn):
        yield "a transpose is too much", tree.arg
    elif isinstance(tree, (Name, Pow)) or (isinstance(tree, (Add, Mul)) and len(names_in(tree)) > 1):
        yield "a transpose is missing", Turn(tree)


def orders(tree: Tree) -> Iterator[Change]:
    if isinstance(tree, Mul):
        fs = list(tree.factors)
        for k in range(len(fs) - 1):
            if not isinstance(fs[k], Num):
                yield "two factors are in the wrong order", Mul((*fs[:k], fs[k + 1], fs[k], *fs[k + 2 :]))
        head = [f for f in fs if isinstance(f, Num)]
        rest = [f for f in fs if not isinstance(f, Num)]
        if len(rest) > 2:
            yield "the factors are in the reverse order", Mul((*head, *reversed(rest)))
            for k in range(1, len(rest)):
                yield "the factors are in the wrong order", Mul((*head, *rest[k:], *rest[:k]))
        if len(rest) == 2:
            yield "the product is transposed", Mul((*head, Turn(rest[1]), Turn(rest[0])))
    if isinstance(tree, Binary) and tree.op == "kron":
        a, b = tree.left, tree.right
        yield "the factors of the Kronecker product are in the wrong order", Binary("kron", b, a)
        yield "the factors of the Kronecker product are in the wrong order", Binary("kron", _turned(b), _turned(a))


def _turned(tree: Tree) -> Tree:
    return tree.arg if isinstance(tree, Turn) else Turn(tree)


def products(tree: Tree) -> Iterator[Change]:
    """Entry by entry for the matrix product, and the other way round; an inner product for an outer one."""
    if isinstance(tree, Mul):
        fs = tree.factors
        for k in range(len(fs) - 1):
            pair = Binary("hadamard", _unturned(fs[k]), fs[k + 1])
            yield "the product is one entry by entry", _product([*fs[:k], pair, *fs[k + 2 :]])
            if isinstance(fs[k], Turn):
                outer = (fs[k].arg, Turn(fs[k + 1]))  # type: ignore[attr-defined]
                yield "an outer product is meant, not an inner one", _product([*fs[:k], *outer, *fs[k + 2 :]])
            if isinstance(fs[k + 1], Turn):
                inner = (Turn(fs[k]), fs[k + 1].arg)  # type: ignore[attr-defined]
                yield "an inner product is meant, not an outer one", _product([*fs[:k], *inner, *fs[k + 2 :]])
    if isinstance(tree, Binary) and tree.op == "hadamard":
        yield "a matrix product is meant, not one entry by entry", Mul((tree.left, tree.right))
        yield "a matrix product is meant, not one entry by entry", Mul((Turn(tree.left), tree.right))


def _unturned(tree: Tree) -> Tree:
    return tree.arg if isinstance(tree, Turn) else tree


def _product(fs: list[Tree]) -> Tree:
    return fs[0] if len(fs) == 1 else Mul(tuple(fs))


def wholes(tree: Tree) -> Iterator[Change]:
    yield "diag is forgotten: only the diagonal belongs there", Fun("diag", (tree,))
    if isinstance(tree, Fun) and tree.name == "diag":
        yield "diag is too much", tree.args[0]
    yield "the symmetric part is meant, for the variable is symmetric", Fun("sym", (tree,))
    yield "the layout is turned", Turn(tree)


def powers(tree: Tree) -> Iterator[Change]:
    if isinstance(tree, Pow) and isinstance(tree.exponent, Num):
        k = tree.exponent.value
        if k == -1:
            yield "an inverse is too much", tree.base
        for other in (k + 1, k - 1, -k):
            if other not in (0, k):
                yield f"the power is {other}", tree.base if other == 1 else Pow(tree.base, Num(other), tree.entrywise)
    elif isinstance(tree, (Name, Binary, Add)):
        yield "an inverse is missing", Pow(tree, number(-1))
    if isinstance(tree, Binary) and tree.op == "over":
        yield "the fraction is upside down", Binary("over", tree.right, tree.left)
    if isinstance(tree, Name) and not tree.name.isupper():
        yield "diag is forgotten", Fun("diag", (tree,))


def identities(tree: Tree) -> Iterator[Change]:
    """A number added to a matrix: the identity is forgotten."""
    if isinstance(tree, Add):
        for k, t in enumerate(tree.terms):
            sign, inner = (Neg, t.arg) if isinstance(t, Neg) else (lambda x: x, t)
            identity = Mul((inner, Const("identity")))
            yield "the identity matrix is forgotten", Add((*tree.terms[:k], sign(identity), *tree.terms[k + 1 :]))


# ------------------------------------------------------------------------------------------ missing terms
def missing(tree: Tree) -> Iterator[Change]:
    """A term of the product rule is missing: one like a term that is there, with other transposes; or one is too much."""
    terms = terms_of(tree)
    if len(terms) > 1:
        for k in range(len(terms)):
            yield f"the {_PLACES[k] if k < 6 else 'last'} term is too much", summed([*terms[:k], *terms[k + 1 :]])
    for t in terms:
        for other in variants(t):
            yield "a term of the product rule is missing", Add((*terms, other))
    if isinstance(tree, Total):
        for words, changed in missing(tree.body):
            yield words, Total(tree.indices, tree.lower, tree.upper, changed, tree.product, tree.condition)


def variants(term: Tree) -> Iterator[Tree]:
    """Terms alike: the whole transposed, some of its factors, the factors reversed and transposed."""
    yield Turn(term)
    yield term
    core, sign = (term.arg, True) if isinstance(term, Neg) else (term, False)
    if not isinstance(core, Mul):
        return
    fs = list(core.factors)
    free = [k for k, f in enumerate(fs) if isinstance(f, (Name, Turn, Pow))]
    for size in range(1, min(4, len(free)) + 1):
        for chosen in combinations(free, size):
            changed = Mul(tuple(_turned(f) if k in chosen else f for k, f in enumerate(fs)))
            yield Neg(changed) if sign else changed
    back = Mul((*[f for f in fs if isinstance(f, Num)], *[_turned(f) for f in reversed(fs) if not isinstance(f, Num)]))
    yield Neg(back) if sign else back
