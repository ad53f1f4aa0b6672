r"""Commands of packages that write mathematics shorter, `\pdv{f}{x}` of physics among them, put in as what they stand for."""

from __future__ import annotations

import re

from derive.reviewing.pasted.macros import group_end
from derive.reviewing.pasted.placed import Placed, join

_SIGNS = {"pdv": r"\partial ", "dv": r"\mathrm d", "fdv": r"\delta ", "odv": r"\mathrm d", "diffp": r"\partial ", "diff": r"\mathrm d",
          "derivative": r"\mathrm d", "partialderivative": r"\partial ", "mdv": r"\mathrm D"}
"""Derivatives as fractions: what stands for d in them."""
_WRAPPED = {
    "norm": (r"\left\lVert ", r"\right\rVert "), "Norm": (r"\left\lVert ", r"\right\rVert "), "abs": (r"\left\lvert ", r"\right\rvert "),
    "order": (r"\mathcal O(", ")"), "vb": (r"\mathbf{", "}"), "va": (r"\vec{", "}"), "vu": (r"\hat{", "}"),
    "bmqty": (r"\begin{bmatrix}", r"\end{bmatrix}"), "pmqty": (r"\begin{pmatrix}", r"\end{pmatrix}"),
    "eval": (r"\left.", r"\right|"), "trnorm": (r"\left\lVert ", r"\right\rVert_*"),
    "frob": (r"\left\lVert ", r"\right\rVert_F"), "transp": ("{", r"}^{\top}"), "inv": ("{", "}^{-1}"),
}
_PAIRED = dict.fromkeys(("ip", "inner", "innerp", "innerproduct", "iprod", "dotp", "braket"), (r"\left\langle ", ",", r"\right\rangle "))
_BARE = {"qty": "", "grad": r"\nabla ", "dd": r"\mathrm d", "RR": r"\mathbb R", "ddt": r"\frac{\mathrm d}{\mathrm dt}"}
_COMMAND = re.compile(r"\\([A-Za-z]+)(\*?)(?![A-Za-z])")


def spelled_out(text: Placed) -> Placed:
    """The text with commands of packages put in; one of the same name that the text defines is gone before."""
    for _ in range(6):
        pieces: list[Placed] = []
        done = 0
        for found in _COMMAND.finditer(text.text):
            name = found.group(1)
            if found.start() < done or not (name in _SIGNS or name in _WRAPPED or name in _PAIRED or name in _BARE):
                continue
            words, end = _meant(text.text, name, found.end())
            if words is None:
                continue
            pieces += [text[done : found.start()], text.literal(words, found.start())]
            done = end
        if not done:
            return text
        text = join([*pieces, text[done:]])
    return text


def _meant(text: str, name: str, at: int) -> tuple[str | None, int]:
    """What a command with the arguments behind it stands for, and the place behind these; None where they are missing."""
    if name in _BARE:
        optional, end = _optional(text, at)
        power = f"^{{{optional}}}" if name == "dd" and optional.isdecimal() else ""
        return _BARE[name] + power + " ", end if power else at
    order, at = _optional(text, at)
    given: list[str] = []
    end = at
    while len(given) < 3 and text[end : end + 1] == "{":
        close = group_end(text, end)
        given.append(text[end + 1 : close - 1])
        end = close
    if name in _SIGNS and given:
        return _fraction(_SIGNS[name], given, order), end
    if name in _WRAPPED and given:
        left, right = _WRAPPED[name]
        return f"{left}{given[0]}{right}", at + len(given[0]) + 2
    if name in _PAIRED and len(given) > 1:
        left, between, right = _PAIRED[name]
        return f"{left}{given[0]}{between}{given[1]}{right}", at + len(given[0]) + len(given[1]) + 4
    return None, at


def _optional(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] == "[" and "]" in text[at:]:
        end = text.index("]", at)
        return text[at + 1 : end].strip(), end + 1
    return "", at


def _fraction(d: str, given: list[str], order: str) -> str:
    """∂f/∂x, ∂²f/∂x∂y; with one argument the operator alone."""
    above, by = ("", given) if len(given) == 1 else (given[0], given[1:])
    by = [x for part in by for x in part.split(",")]
    power = f"^{{{order}}}" if order.isdecimal() else f"^{{{len(by)}}}" if len(by) > 1 else ""
    below = "".join(f"{d} {x.strip()}{power if len(by) == 1 else ''}" for x in by)
    return rf"\frac{{{d}{power} {above}}}{{{below}}}"
