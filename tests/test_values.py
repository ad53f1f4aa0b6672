"""Values made by `derive.values.dataclass` behave as the standard library's frozen ones do, but for what mypy holds."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field, replace

from derive.values import dataclass


@dataclass(frozen=True)
class Empty:
    pass


@dataclass(frozen=True)
class One:
    a: int


@dataclass(frozen=True)
class Two(One):
    b: tuple[int, ...] = ()
    seen: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Slim:
    a: int
    b: int = 1


@dataclass(frozen=True, eq=False)
class Itself:
    a: int


@dataclass
class Changing:
    a: int


@dataclass(frozen=True)
class Own:
    a: int

    def __repr__(self) -> str:
        return "own"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7


def test_equal_by_what_is_compared() -> None:
    assert One(1) == One(1) != One(2)
    assert Two(1, (2,), 3) == Two(1, (2,), 4) != Two(1, (3,), 3)
    assert hash(Two(1, (2,), 3)) == hash(Two(1, (2,), 4))
    assert Empty() == Empty() and hash(Empty()) == hash(Empty())
    assert One(1) != Two(1) and One(1) != 1
    assert Slim(1) == Slim(1, 1) and len({Slim(1), Slim(1), Slim(2)}) == 2


def test_identity_where_asked() -> None:
    value = Itself(1)
    assert value == value and value != Itself(1) and len({value, Itself(1)}) == 2


def test_what_changes_has_no_hash() -> None:
    assert Changing(1) == Changing(1)
    assert Changing.__hash__ is None


def test_shown_as_it_is_written() -> None:
    assert repr(Two(1, (2,), 3)) == "Two(a=1, b=(2,))"
    assert repr(Slim(1)) == "Slim(a=1, b=1)" and repr(Empty()) == "Empty()"


def test_own_methods_stay() -> None:
    assert repr(Own(1)) == "own" and Own(1) == 5 and hash(Own(1)) == 7


def test_the_library_knows_them() -> None:
    assert dataclasses.is_dataclass(Two) and [item.name for item in dataclasses.fields(Two)] == ["a", "b", "seen"]
    assert replace(Two(1), b=(5,)) == Two(1, (5,)) and dataclasses.astuple(Slim(1)) == (1, 1)
    for value in (Two(1, (2,)), Slim(3), Empty()):
        assert pickle.loads(pickle.dumps(value)) == value == copy.copy(value)


def test_a_field_without_a_hash_may_hold_a_dictionary() -> None:
    @dataclass(frozen=True)
    class Named:
        name: str
        spelled: dict[str, str] = field(default_factory=dict, hash=False)

    assert hash(Named("a", {"b": "c"})) == hash(Named("a"))
    assert Named("a", {"b": "c"}) != Named("a")
