"""Letters in trees and in LaTeX: which stand for values, which are heads of calls, what sizes are not said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.expressions.spelling import GREEK
from derive.reviewing.reading.words import VARIANTS
from derive.reviewing.tree import (
    Add,
    Call,
    Const,
    Fun,
    Mul,
    Name,
    Neg,
    Num,
    Sub,
    Total,
    Tree,
    Turn,
    children,
    key,
    rebuilt,
    walk,
)


def value_names(tree: Tree) -> set[str]:
    """Letters that stand for values, no indices."""
    out: set[str] = set()
    if isinstance(tree, Sub):
        return value_names(tree.base)
    if isinstance(tree, Const) and tree.kind in ("delta", "unit"):
        return set()
    if isinstance(tree, Name):
        return {key(tree)}
    for child in children(tree):
        out |= value_names(child)
    return out


def is_log_of(tree: Tree, name: str) -> bool:
    return isinstance(tree, Fun) and tree.name == "log" and is_named(tree.args[0], name)


def is_named(tree: Tree, name: str) -> bool:
    return (isinstance(tree, Name) and tree.name == name and not tree.marks) or (isinstance(tree, Call) and tree.name == name)


def summation_indices(tree: Tree) -> tuple[str, ...]:
    return tree.indices if isinstance(tree, Total) else ()


def only_indexed(word: str, trees: list[Tree]) -> bool:
    """Whether a letter always stands with indices."""
    def bare(tree: Tree) -> bool:
        if isinstance(tree, Sub) and isinstance(tree.base, Name):
            return False
        return (isinstance(tree, Name) and key(tree) == word) or any(bare(c) for c in children(tree))

    return not any(bare(t) for t in trees)


def plain_letter(text: str) -> str:
    word = text.strip().lstrip("\\").strip("{} ")
    if word.startswith("mathcal"):
        word = word.removeprefix("mathcal").strip("{} ")
    return VARIANTS.get(word, word)


def whole_call(text: str) -> bool:
    """Whether a member is one letter and one bracket, f(X)."""
    opening = text.find("(")
    depth = 0
    for k, c in enumerate(text[opening:], opening):
        depth += (c == "(") - (c == ")")
        if not depth:
            return not text[k + 1 :].strip(" .,")
    return False


def subscripted(names: frozenset[str]) -> dict[tuple[str, str], str]:
    """(letter, subscript) of names such as W1, W_1, sigma_max."""
    out = {}
    for name in names:
        base, _, below = name.partition("_")
        digits = re.fullmatch(r"([A-Za-z]+?)(\d+)", base)
        if digits and not below:
            base, below = digits.groups()
        if below and (len(base) == 1 or base in GREEK):
            out[base, below.replace("_", "").replace(",", "")] = name
    return out


_NUMBERED = re.compile(
    r"\s*(?:\\(?:mathbf|boldsymbol|bm|vec|mathsf|mathrm)\s*\{?\s*)?(\\?[A-Za-z]+)\s*\}?\s*(?:_\{?\s*(\d)\s*\}?|\^\s*\{?\s*[(\[]\s*(\d)\s*[)\]]\s*\}?)\s*")


def numbered(text: str) -> tuple[str, str] | None:
    r"""(letter, number) of a member that is a letter with a number, as `z_1`, `a^{(2)}`, `\delta^{[1]}`; None for another."""
    found = _NUMBERED.fullmatch(text)
    if found is None or (len(found.group(1)) > 1 and not found.group(1).startswith("\\")):
        return None
    return plain_letter(found.group(1)), found.group(2) or found.group(3)


def sized(tree: Tree, units: bool = True, prefix: str = "", sizes: frozenset[str] = frozenset()) -> Tree:
    """The tree with a name for every size that is not written: of I, of ones, of a unit vector.

    units   e_i is a unit vector
    prefix  what tells these names from those of other trees
    sizes   the sizes n that may stand above, as in e_i^{(n)}
    """
    count = 0

    def visit(node: Tree) -> Tree:
        nonlocal count
        if isinstance(node, Turn) and isinstance(node.arg, Num) and node.arg.value == 1:
            count += 1
            return Turn(Const("ones", (Name(f"?{prefix}{count}"),)))
        if units and isinstance(node, Sub) and node.base == Name("e") and len(node.indices) == 1 and node.indices[0] is not None:
            count += 1
            return Const("unit", (node.indices[0], Name(f"?{prefix}{count}")))
        match node:
            case Sub(base=Sub(base=Name("e"), indices=(Name(name=n) as size,), above=True), indices=(index,)) if units and n in sizes and index:
                return Const("unit", (index, size))
        if isinstance(node, Const):
            if node.kind in ("identity", "ones", "zeros") and not node.size:
                count += 1
                return Const(node.kind, (Name(f"?{prefix}{count}"),))
            if node.kind == "unit" and len(node.size) == 1:
                count += 1
                return Const("unit", (node.size[0], Name(f"?{prefix}{count}")))
            return node
        return rebuilt(node, visit)

    return visit(tree)


def following(tree: Tree) -> Iterator[tuple[str, str]]:
    """(x, k) of x_{k+1}."""
    match tree:
        case Sub(base=Name(name=x), indices=(Add(terms=(Name(name=k), Num())),)):
            yield x, k


def sampled(tree: Tree) -> str:
    """The f of f_i or f_i(x); empty for another tree."""
    match tree:
        case Sub(base=Call(name=name, order=0) | Name(name=name, marks=()), indices=(Name(),)):
            return name
    return ""


def numbered_letters(trees: list[Tree]) -> set[str]:
    """The x of every x_i."""
    return {n.base.name for t in trees for n in walk(t) if isinstance(n, Sub) and isinstance(n.base, Name) and len(n.indices) == 1}


def unaddressed(tree: Tree) -> Tree:
    """A likelihood p(y | X, w) of letters alone, without them."""
    return Name(tree.name) if isinstance(tree, Call) and all(isinstance(a, Name) for a in tree.args) else tree


def last_factors(tree: Tree) -> Iterator[Tree]:
    """The directions in aH + K: what stands last in each term."""
    match tree:
        case Add(terms=terms):
            for t in terms:
                yield from last_factors(t)
        case Neg(arg=arg):
            yield from last_factors(arg)
        case Mul(factors=factors):
            yield factors[-1]
        case _:
            yield tree
