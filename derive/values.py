"""`dataclass` for the program's values: that of the standard library, with fewer methods to compile.

A cold start makes some 250 classes, and the standard library compiles up to six methods for each: a sixth of the time of a short
command.  Here one is compiled, `__init__`; the others are shared, and compare the same fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(cls=None, /, *, eq=True, frozen=False, slots=False):
        """As `dataclasses.dataclass`.

        eq      values are equal when their fields are, and hashed by them where `frozen`
        frozen  that no field is set afterwards is held by mypy, not at run time
        """

        def made(cls):
            own = cls.__dict__
            value = dataclasses.dataclass(cls, eq=False, repr=False, slots=slots)
            if "__repr__" not in own:
                value.__repr__ = _shown
            if eq:
                compared = _compared(value)
                if "__eq__" not in own:
                    value.__eq__ = _equal_by(compared)
                if "__hash__" not in own:
                    value.__hash__ = _hashed_by(_compared(value, True)) if frozen else None
            return value

        return made if cls is None else made(cls)

    def _compared(cls, hashed=False):
        """The function that gives a value's compared fields as a tuple; hashed: those of them alone that are hashed."""
        names = [field.name for field in dataclasses.fields(cls) if field.compare and not (hashed and field.hash is False)]
        if len(names) > 1:
            return attrgetter(*names)
        if names:
            one = attrgetter(names[0])
            return lambda value: (one(value),)
        return lambda value: ()

    def _equal_by(compared):
        def __eq__(self, other):
            return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

        return __eq__

    def _hashed_by(compared):
        def __hash__(self):
            return hash(compared(self))

        return __hash__

    def _shown(self):
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"
