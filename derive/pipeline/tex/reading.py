r"""What commands of LaTeX do that decide how what follows is read: they define, load, begin and end."""

from __future__ import annotations

import re
from bisect import bisect

from derive.errors import Position
from derive.pipeline.tex import names
from derive.pipeline.tex.commands import COMMANDS, DRAWN, ENVIRONMENTS, KEYS, USED
from derive.pipeline.tex.known import Place, Reader
from derive.pipeline.tex.scanning import ARGUMENTS, GAP, OWN, Open, Source

_NAME = re.compile(r"\s*\{\s*([^{}\\]*?)\s*\}")
_WORD = re.compile(r"[ \t]*\\([A-Za-z@]+|.)")
_PAIR = re.compile(r"(?=\\([A-Za-z@]+)\*?\s*\{?\s*\\([A-Za-z@]+))")
_UNIT = r"(?:true\s*)?(?:pt|pc|in|bp|cm|mm|dd|cc|sp|ex|em|mu|nd|nc|px|fil+)"
_LENGTH = re.compile(rf"[-+\s]*(?:\d+[.,]?\d*|[.,]\d+)\s*{_UNIT}")
_FREE = re.compile(r"[\\#*/()@'\"`]|\w\s*[-+]|\A\s*\Z")
_LOADS = re.compile(r"\s*(?:\[(?P<options>[^\]]*)\])?\s*\{(?P<names>[^{}\\]*)\}")
_PLAIN_OPTIONS = re.compile(
    r"\d+pt|a\dpaper|letterpaper|fleqn|leqno|t|c|b|aspectratio=\d+|handout|hyperref=\{?[\w=,]*\}?|onecolumn|oneside|twoside|draft|final|notheorems"
)
_FILES = {
    "usepackage": "{}.sty", "RequirePackage": "{}.sty", "usetikzlibrary": "tikzlibrary{}.code.tex", "tcbuselibrary": "tcb{}.code.tex",
    "usetheme": "beamertheme{}.sty", "usecolortheme": "beamercolortheme{}.sty", "usefonttheme": "beamerfonttheme{}.sty",
    "useinnertheme": "beamerinnertheme{}.sty", "useoutertheme": "beameroutertheme{}.sty", "documentclass": "{}.cls", "LoadClass": "{}.cls",
}  # fmt: skip


def _opens(text: str) -> bool:
    """Whether what a command stands for opens what it does not close."""
    dollars = len(re.findall(r"(?<!\\)\$", text))
    return text.count("\\begin{") != text.count("\\end{") or dollars % 2 > 0 or text.count("\\[") != text.count("\\]")


def _half(source: Source, start: int, end: int) -> None:
    """What may be defined when a text is carried out later."""
    text = source.text[start:end]
    if source.place(start) is not None and _opens(text):
        source.reader.loose = True
    for found in _PAIR.finditer(text):
        if COMMANDS.get(found[1], "n")[:2].strip("*")[:1] in ("n", "p", "x"):
            source.reader.maybe.add(found[2])
    source.reader.maybe.update(re.findall(r"\\csname\s*(\w+)", text))
    if re.search(r"color", text):
        source.reader.colours.update(re.findall(r"\{([\w .-]+)\}", text))


def _new(source: Source, name: str) -> None:
    """A name is defined: for good, or while a group is open."""
    (source.reader.defined if all(one.name == "document" for one in source.stack) and source.base != "" else source.reader.maybe).add(name)


def _command(source: Source, start: int, end: int) -> str | None:
    found = re.fullmatch(r"\s*\\([A-Za-z@]+)\s*", source.text[start:end])
    return found[1] if found else None


def _fresh(source: Source, _: str, start: int, end: int) -> None:
    name = _command(source, start, end)
    if name is None:
        return
    if name not in source.reader.maybe and source.reader.certain(name):
        source.note(start, f"the command \\{name} is defined twice: \\renewcommand changes one")
    source.named = name
    _new(source, name)


def _again(source: Source, _: str, start: int, end: int) -> None:
    name = _command(source, start, end)
    if name is not None and not source.reader.possible(name):
        source.note(start, f"there is no command \\{name}: \\newcommand makes one", name)
    source.named = name or ""


def _any(source: Source, of: str, start: int, end: int) -> None:
    name = _command(source, start, end)
    if name is not None:
        source.named = name
        if of.startswith(("new", "New")):
            _new(source, name)
        source.reader.maybe.add(name)


def _body(source: Source, of: str, start: int, end: int) -> None:
    if "nvironment" not in of:
        _half(source, start, end)
    else:
        source.reader.passed(source.text[start:end])
    if source.named and "nvironment" not in of:
        source.reader.bodies[source.named] = (source, start, end)


def _environment(source: Source, of: str, start: int, end: int) -> None:
    name = source.text[start:end].strip()
    if of == "newenvironment":
        if source.reader.certain(name) and name not in source.reader.maybe:
            source.note(start, f"the environment {name} is defined twice: \\renewenvironment changes one")
        _new(source, name)
    elif not source.reader.possible(name):
        source.note(start, f"there is no environment {name}", name)
    source.reader.maybe.add(f"end{name}")


def _length(source: Source, _: str, start: int, end: int) -> None:
    said = source.text[start:end]
    if not _FREE.search(said) and not _LENGTH.match(said):
        what = "a length has no unit (pt, mm, em)" if re.match(r"\s*[-+]*\s*[\d.,]", said) else "a number, or a length, is missing"
        source.note(start, f"{what}: {said.strip()}")


def _colour(source: Source, _: str, start: int, end: int) -> None:
    said = source.text[start:end]
    if re.search(r"[\\#:;.]|!!|>", said):
        return
    for k, part in enumerate(said.split("!")):
        name = part.strip().lstrip("-")
        if re.fullmatch(r"[A-Za-z][\w -]*", name) and (k == 0 or not name.isdigit()):
            source.note(start, f"there is no colour {name}", f"c:{name}")


def _beamer_colours(source: Source, of: str, start: int, end: int) -> None:
    for found in re.finditer(r"(?:\A|,)\s*[fb]g\s*=\s*(?:\{([^{}]*)\}|([^,{}]*))", source.text[start:end]):
        if source.element in USED:
            group = 1 if found[1] is not None else 2
            _colour(source, of, start + found.start(group), start + found.end(group))


def _element(source: Source, _: str, start: int, end: int) -> None:
    source.element = source.text[start:end].strip()


def _new_colour(source: Source, _: str, start: int, end: int) -> None:
    source.reader.colours.update(name.strip() for name in source.text[start:end].split(","))


def _keys(source: Source, _: str, start: int, end: int) -> None:
    for part in re.sub(r"\{[^{}]*\}", "", source.text[start:end]).split(","):
        key = part.partition("=")[0].strip()
        if re.fullmatch(r"[A-Za-z]+", key) and key not in KEYS:
            source.note(start, f"\\includegraphics has no key {key}", f"k:{key}")


ARGUMENTS |= {
    "n": _fresh, "r": _again, "p": _any, "b": _body, "e": _environment, "E": _environment, "d": _length, "D": _length, "c": _colour,
    "B": _beamer_colours, "i": _element, "l": _new_colour, "K": _keys,
}  # fmt: skip


def _begin(source: Source, found: re.Match[str]) -> int:
    said = _NAME.match(source.text, found.end(), source.end)
    if said is None:
        return source.whatever(found.end())
    name, at = said[1], said.end()
    reader = source.reader
    if name == "document":
        reader.begun = True
        source.stack.append(Open("env", name, found.start(), "text"))
        return at
    if not reader.possible(name):
        source.note(found.start(), f"there is no environment {name}", name)
    if name == "frame" and source.mode == "text":
        return _frame(source, found.start(), at)
    kind, taken = ENVIRONMENTS.get(name, ("", ""))
    if kind not in ("", "verbatim") and name not in reader.maybe and source.mode != "preamble":
        mode = "math" if kind in ("align", "math") else "text"
        source.stack.append(Open("env", name, found.start(), mode if source.mode else ""))
        return source.arguments(taken, at, name)
    if kind == "verbatim" and reader.begun:
        source.no_verbatim(found.start(), f"\\begin{{{name}}}")
    return _over(source, name, found.start(), at)


def _over(source: Source, name: str, start: int, at: int) -> int:
    """Behind an environment whose content is not read."""
    depth = 1
    for found in re.compile(rf"\\(begin|end)\s*\{{\s*{re.escape(name)}\s*\}}").finditer(source.text, at, source.end):
        depth += 1 if found[1] == "begin" else -1
        if not depth:
            source.reader.passed(source.text[at : found.start()])
            return found.end()
    if source.base and f"\\end{{{name}}}" not in source.text:
        source.note(start, f"\\begin{{{name}}} has no \\end{{{name}}}", f"end{name}")
    return at


def _frame(source: Source, start: int, at: int) -> int:
    fragile = False
    while (gap := GAP.match(source.text, at, source.end)) and source.text[gap.end() : gap.end() + 1] in ("<", "["):
        end = source.to(gap.end(), ">" if source.text[gap.end()] == "<" else "]")
        if end is None:
            break
        fragile = fragile or "fragile" in source.text[at:end]
        at = end
    for _ in range(2):
        if source.text[at : at + 1] == "{" and (end := source.brace(at)) is not None:
            source.reader.passed(source.text[at:end])
            at = end
    source.stack.append(Open("env", "frame", start, "text", frail=not fragile))
    return at


def _end(source: Source, found: re.Match[str]) -> int:
    said = _NAME.match(source.text, found.end(), source.end)
    if said is None:
        return source.whatever(found.end())
    name, at = said[1], said.end()
    source.fresh = False
    while source.stack and source.stack[-1].kind == "dollar":
        source.note(source.stack.pop().at, "a $ has no partner", "!")
    if not source.stack:
        return at
    top = source.stack[-1]
    if top.kind == "env" and top.name == name:
        source.stack.pop()
        return at
    if top.kind == "env" and source.mode:
        message = f"\\begin{{{top.name}}} is closed by \\end{{{name}}}"
        source.note(top.at if any(one.name == name for one in source.stack) else found.start(), message, "!")
        if source.place(top.at) is None or source.place(found.start()) is None:
            source.note(found.start(), message, "!")
    elif source.mode and not any(one.kind == "env" and one.name == name for one in source.stack):
        source.note(found.start(), f"\\end{{{name}}} has no \\begin{{{name}}}", "!")
    if any(one.kind == "env" and one.name == name for one in source.stack):
        while source.stack.pop().name != name:
            pass
    return at


def _item(source: Source, found: re.Match[str]) -> int:
    if source.mode == "text" and not source.within("list"):
        source.note(found.start(), r"\item stands outside of a list", "!")
    return source.arguments("ao", found.end(), "item")


def _def(source: Source, found: re.Match[str]) -> int:
    said = _WORD.match(source.text, found.end(), source.end)
    begin = source.text.find("{", said.end() if said else found.end())
    end = source.brace(begin) if 0 <= begin < source.end else None
    if said is None or end is None:
        return source.whatever(found.end())
    source.reader.maybe.add(said[1])
    source.named = said[1] if not any(one for one in source.stack if one.name != "document") else ""
    _body(source, "def", begin + 1, end - 1)
    source.fresh = True
    return end


def _let(source: Source, found: re.Match[str]) -> int:
    at = found.end()
    for _ in range(2 if found["word"] == "let" else 3):
        said = re.compile(r"\s*=?\s*(?:\\([A-Za-z@]+)|\\?.)", re.DOTALL).match(source.text, at, source.end)
        if said is None:
            break
        if said[1]:
            source.reader.maybe.add(said[1])
        at = said.end()
    source.fresh = True
    return at


def _newif(source: Source, found: re.Match[str]) -> int:
    said = _WORD.match(source.text, found.end(), source.end)
    if said is None:
        return found.end()
    source.reader.maybe.update((said[1], f"{said[1][2:]}true", f"{said[1][2:]}false"))
    source.fresh = True
    return said.end()


def _counter(source: Source, found: re.Match[str]) -> int:
    said = _NAME.match(source.text, found.end(), source.end)
    if said is None:
        return source.whatever(found.end())
    source.reader.maybe.add(f"the{said[1]}")
    return source.arguments("o", said.end(), "newcounter")


def _options(source: Source, at: int, package: str, options: list[str]) -> None:
    """A package is loaded with these options."""
    file = f"{package}.sty"
    declared = names.options(package) if names.after(file) is not None else None
    for option in options if declared is not None else ():
        if option not in (declared or ()) and re.fullmatch(r"[\w-]+", option):
            source.note(at, f"the package {package} has no option {option}")
    given = source.reader.options.get(file)
    if given is not None and not given.issuperset(options) and package != "fontenc":
        source.note(at, f"the package {package} is loaded twice, with other options", "!")


def _load(source: Source, found: re.Match[str]) -> int:
    said = _LOADS.match(source.text, found.end(), source.end)
    word = found["word"]
    if said is None:
        source.reader.sure = False
        return source.whatever(found.end())
    mine = source.place(found.start()) is not None
    options = [one.strip() for one in (said["options"] or "").split(",") if one.strip()]
    if mine and source.reader.begun and _FILES[word] == "{}.sty":
        source.note(found.start(), f"\\{word} stands behind \\begin{{document}}")
    if word in ("documentclass", "LoadClass"):
        options = [one for one in options if not _PLAIN_OPTIONS.fullmatch(one)]
    for name in (one.strip() for one in said["names"].split(",")):
        file = _FILES[word].format(name)
        if mine and _FILES[word] == "{}.sty" and options and file not in source.reader.styles:
            _options(source, found.start(), name, options)
        source.reader.options.setdefault(file, frozenset(options))
        text = source.reader.load(file, ",".join(options), mine)
        if text is not None:
            _style(source.reader, file, text)
        if "theme" in word and file not in source.reader.styles:
            source.reader.drawn.clear()
    source.fresh = True
    return source.arguments("o", said.end(), word)


def _style(reader: Reader, file: str, text: str) -> None:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    Source(reader, text, lambda at: Position(file, bisect(starts, at))).run()


def _template(source: Source, found: re.Match[str]) -> int:
    said = re.compile(r"\*?\s*\{\s*([^{}]*?)\s*\}").match(source.text, found.end(), source.end)
    if said is None:
        return source.whatever(found.end())
    gap = GAP.match(source.text, said.end(), source.end)
    begin = gap.end() if gap else said.end()
    source.reader.drawn.pop(said[1], None)
    if source.text[begin : begin + 1] != "{" or (end := source.brace(begin)) is None:
        return source.whatever(said.end())
    _half(source, begin, end)
    if said[1] in DRAWN and source.place(begin) is not None:
        source.reader.drawn[said[1]] = (source, begin + 1, end - 1)
    source.fresh = True
    return end


def _begun(source: Source, found: re.Match[str]) -> int:
    gap = GAP.match(source.text, found.end(), source.end)
    begin = gap.end() if gap else found.end()
    if source.text[begin : begin + 1] != "{" or (end := source.brace(begin)) is None:
        return source.whatever(found.end())
    _half(source, begin, end)
    source.reader.drawn[f"{begin} {id(source)}"] = (source, begin + 1, end - 1)
    source.fresh = True
    return end


def _rest_of_line(source: Source, found: re.Match[str]) -> int:
    """What builds names, or puts off what follows: its line is not read."""
    line = source.text.find("\n", found.end(), source.end)
    stop = line if line >= 0 else source.end
    if (close := source.text.find("}", found.end(), stop)) >= 0 and source.text.count("{", found.end(), close) == 0:
        stop = close
    source.reader.passed(source.text[found.start() : stop])
    depth = 0
    for brace in re.finditer(r"\\.|[{}]", source.text[found.end() : stop]):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
    source.fresh = False
    return stop if not depth else source.whatever(found.end())


def _sides(source: Source, found: re.Match[str]) -> int:
    top = source.stack[-1] if source.stack else None
    if top is not None and top.kind in ("dollar", "display"):
        top.pairs += 1 if found["word"] == "left" else -1
        if top.pairs < 0:
            source.note(found.start(), r"\right has no \left")
            top.pairs = 0
    elif source.mode == "text":
        source.note(found.start(), f"mathematics stands outside of $…$: \\{found['word']}", "!")
    said = re.compile(r"\s*(?:\\[A-Za-z]+|\\.|.)").match(source.text, found.end(), source.end)
    return said.end() if said else found.end()


def _skip(source: Source, found: re.Match[str]) -> int:
    said = re.compile(r"[ \t]*=?[ \t]*([A-Za-z]+|[-+]?[\d.,]+[ \t]*[A-Za-z]*)?").match(source.text, found.end(), source.end)
    if said and said[1]:
        _length(source, found["word"], said.start(1), said.end(1))
        return said.end()
    return source.whatever(found.end(), True)


OWN |= {
    **dict.fromkeys(_FILES, _load), **dict.fromkeys(("def", "gdef", "edef", "xdef"), _def), **dict.fromkeys(("let", "futurelet"), _let),
    **dict.fromkeys(("csname", "expandafter", "afterassignment", "aftergroup", "begingroup", "lowercase", "uppercase", "number"), _rest_of_line),
    **dict.fromkeys(("AtBeginDocument", "AtEndDocument", "AtEndOfPackage"), _begun), **dict.fromkeys(("left", "right"), _sides),
    **dict.fromkeys(("vskip", "hskip", "kern", "mkern"), _skip), "begin": _begin, "end": _end, "item": _item, "newif": _newif, "newcounter": _counter,
    "setbeamertemplate": _template,
}  # fmt: skip


def begin(reader: Reader, text: str, place: Place) -> None:
    """Read the text of a whole document, and what it puts off."""
    Source(reader, text, place).run()
    for source, start, end in list(reader.drawn.values()):
        Source(reader, source.text, source.place, "").run(start, end)
