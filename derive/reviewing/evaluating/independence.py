"""Names that the text defines, moved by themselves: what ∂f/∂r is of an r that is Xw - y.

Unknown for what is not understood, Unwritten where the function is not written in a name.
"""

from __future__ import annotations

from dataclasses import replace

from derive.reviewing.evaluating.functions import Functions
from derive.reviewing.evaluating.situation import Definition, Situation
from derive.reviewing.evaluating.values import Unknown
from derive.reviewing.tree import Call, Name, Tree, key, names_in, rebuilt


class Unwritten(Unknown):
    """The function is not written in a name."""


class Independence(Functions):
    """What a derivative by a defined name is taken of, and what is held fixed."""

    def held(self, arg: Tree, name: str, at: Situation) -> tuple[Situation, Tree]:
        """A partial derivative of what is defined in other names: these do not move."""
        definition = at.meanings.definitions.get(key(arg)) if isinstance(arg, Name) else None
        if at.explicit == "defined" and (definition is None or name in at.meanings.definitions):
            return at, arg
        if definition is None and isinstance(arg, (Name, Call)) and at.meanings.expansions:
            word = key(arg) if isinstance(arg, Name) else arg.name
            definition = Definition(at.meanings.expansions[0]) if word in at.meanings.aliases else None
        if definition is None or definition.indices or definition.parameters:
            return at, arg
        fixed = {n: self.value(Name(n), at) for n in names_in(definition.tree) & at.meanings.definitions.keys() if n != name}
        rest = {n: d for n, d in at.meanings.definitions.items() if n not in fixed}
        return replace(at, values={**at.values, **fixed}, meanings=replace(at.meanings, definitions=rest), cache={}), definition.tree

    def independent(self, arg: Tree, name: str, at: Situation) -> tuple[Situation, Tree]:
        """A name that the text defines moves by itself: what holds it is taken as the text writes it."""
        if name in at.bound or name in at.values:
            return at, arg
        definition = at.meanings.definitions.get(name)
        if definition is None:
            raise Unknown(f"`{name}` is not declared and not defined")
        value = self.value(Name(name) if "@" not in name else Name(name.split("@")[0], tuple(name.split("@")[1:])), at)
        rest = {k: d for k, d in at.meanings.definitions.items() if k != name}
        if isinstance(arg, (Name, Call)):
            word = key(arg) if isinstance(arg, Name) else arg.name
            own = at.meanings.definitions.get(word)
            if word in at.meanings.aliases:
                arg = self.expanded(name, at)
            elif own is not None and not own.indices:
                arg = own.tree
        elif names_in(arg) & at.meanings.aliases and name not in self.reached(arg, at):
            written = self.expanded(name, at)

            def visit(node: Tree) -> Tree:
                head = key(node) if isinstance(node, Name) else node.name if isinstance(node, Call) else ""
                return written if head in at.meanings.aliases else rebuilt(node, visit)

            arg = visit(arg)
        there = replace(at, values={**at.values, name: value}, meanings=replace(at.meanings, definitions=rest), cache={})
        return there, arg

    def expanded(self, name: str, at: Situation) -> Tree:
        """What the text, or the problem, writes the function as, with a name in it."""
        found = next((e for e in at.meanings.expansions if name in self.reached(e, at)), None)
        if found is None:
            raise Unwritten(f"f is not written in {name}")
        return found

    def reached(self, tree: Tree, at: Situation) -> frozenset[str]:
        """The letters of a tree and of what they stand for."""
        out: set[str] = set()
        todo = [tree]
        while todo:
            for name in names_in(todo.pop()) - out:
                out.add(name)
                definition = at.meanings.definitions.get(name)
                if definition is not None:
                    todo.append(definition.tree)
        return frozenset(out)
