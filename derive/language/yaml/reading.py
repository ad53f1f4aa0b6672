"""From the bytes of a YAML file to nodes: limits first, and YAML's complaints in our words, at their place.

Read from PyYAML's events, so that depth and size are limited before anything is built.  One document a file; no tags, anchors,
aliases or merge keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from derive.errors import DeriveError
from derive.language.files import MAX_BYTES
from derive.language.origin import Origin
from derive.language.yaml.nodes import Mark, Node, Source

MAX_DEPTH = 20
MAX_EVENTS = 100_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DOUBLE_QUOTES = "write it in single quotes ('…'): in double quotes YAML reads \\t, \\n, \\l … as other characters"
_QUOTE = "put the value in single quotes: '…'"


def compose(text: str, file: str) -> Node | None:
    """The node of the one document of a text; None when it holds none.  DeriveError with a position otherwise."""
    source = Source(file, text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if len(source.text) > MAX_BYTES:
        raise source.error(f"the text is longer than {MAX_BYTES} characters", 1, 1, code="too-long")
    try:
        return _Composer(source).document()
    except yaml.YAMLError as error:
        raise _yaml_error(error, source) from None
    except UnicodeEncodeError:
        raise source.error("the file is not UTF-8 text: it holds half of a character", 1, 1, code="encoding") from None


class _Composer:
    """Nodes from events; the nesting is limited, so that recursion is safe."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.events: Iterator[Any] = iter(yaml.parse(source.text, Loader=_LOADER))
        self.count = 0

    def next(self) -> Any:
        event = next(self.events)
        self.count += 1
        if self.count > MAX_EVENTS:
            raise self.error(event, f"the file is too large: more than {MAX_EVENTS} entries", "too-long")
        return event

    def error(self, event: Any, message: str, code: str, hint: str | None = None) -> DeriveError:
        mark = event.start_mark
        return self.source.error(message, mark.line + 1, mark.column + 1, code=code, hint=hint)

    def document(self) -> Node | None:
        found: Node | None = None
        while True:
            event = self.next()
            if isinstance(event, yaml.StreamEndEvent):
                return found
            if isinstance(event, yaml.DocumentStartEvent) and found is not None:
                raise self.error(event, "one document a file: a second one (---) begins here", "yaml")
            if isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)):
                continue
            found = self.node(event, 0)

    def node(self, event: Any, depth: int) -> Node:
        if event.anchor is not None:
            alias = isinstance(event, yaml.AliasEvent)
            sign, what = ("*", "an alias") if alias else ("&", "an anchor")
            raise self.error(
                event, f"{what} ({sign}{event.anchor[:20]}) is not part of problem files", "yaml-alias",
                f"if a text was meant, {_QUOTE}",
            )
        if event.tag is not None:
            raise self.error(event, "a YAML tag (!…) is not part of problem files", "yaml-tag", _QUOTE)
        if depth > MAX_DEPTH:
            raise self.error(event, f"the YAML is nested more than {MAX_DEPTH} deep", "too-deep")
        start = _mark(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            node = Node(self.source, "scalar", start, _mark(event.end_mark), event.value, event.style or "")
            if node.style == '"':
                _check_escapes(node)
            return node
        flow = bool(event.flow_style)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(following := self.next(), yaml.SequenceEndEvent):
                items.append(self.node(following, depth + 1))
            return Node(self.source, "list", start, _mark(following.end_mark), flow=flow, items=tuple(items))
        pairs: list[tuple[Node, Node]] = []
        while not isinstance(following := self.next(), yaml.MappingEndEvent):
            key = self.node(following, depth + 1)
            pairs.append((key, self.node(self.next(), depth + 1)))
            if key.kind != "scalar":
                raise key.error("a key is a text", code="type", hint="put the key in single quotes if it is one")
            if key.text == "<<" and not key.style:
                raise key.error("merge keys (<<) are not part of problem files", code="yaml-alias")
        node = Node(self.source, "mapping", start, _mark(following.end_mark), flow=flow, pairs=tuple(pairs))
        if flow:
            _refuse_cut_values(node)
        _refuse_duplicates(node)
        return node


def _mark(mark: Any) -> Mark:
    return (mark.index, mark.line, mark.column)


def _check_escapes(node: Node) -> None:
    r"""In double quotes only \\ and \" are what they look like."""
    for match in re.finditer(r"\\(.)", node.raw, re.DOTALL):
        if match.group(1) not in '\\"':
            origin = Origin.of_text(node.source.text, node.source.file)
            shown = match.group() if match.group(1) != "\n" else "\\ at the end of the line"
            raise origin.error(
                f"the escape {shown} in double quotes is refused", node.start[0] + match.start(), code="yaml-escape",
                hint=_DOUBLE_QUOTES,
            )


def _refuse_duplicates(node: Node) -> None:
    seen: dict[str, Node] = {}
    for key, _ in node.pairs:
        first = seen.setdefault(key.text, key)
        if first is not key:
            raise key.error(
                f"the key `{key.text[:40]}` stands twice: on line {first.start[1] + 1} and on line {key.start[1] + 1}",
                code="duplicate-key",
            )


def _refuse_cut_values(node: Node) -> None:
    """`{type: matrix(m, n)}` is `type: matrix(m` and a key `n)` to YAML."""
    text = node.source.text
    for (key, value), _ in zip(node.pairs, node.pairs[1:], strict=False):
        opened = sum(value.text.count(c) for c in "([") - sum(value.text.count(c) for c in ")]")
        if value.kind != "scalar" or value.style or opened <= 0:
            continue
        begin = end = value.start[0]
        depth = 0
        for end in range(begin, node.end[0]):
            depth += (text[end] in "([") - (text[end] in ")]")
            if depth == 0 and text[end] in ")]":
                break
        whole = " ".join(text[begin : end + 1].split()).replace("'", "''")
        raise value.error(
            "inside { } a comma ends the value for YAML", code="yaml-comma",
            hint=f"put the value in single quotes: {key.text}: '{whole[:80]}'",
        )


# --------------------------------------------------------------------------------------------- messages
def _yaml_error(error: yaml.YAMLError, source: Source) -> DeriveError:
    """YAML's complaint in our words, at its place."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        if isinstance(error, yaml.reader.ReaderError):
            return source.error(
                "the file is not text: it holds characters that YAML does not allow", 1, 1, code="encoding"
            )
        return source.error(f"this is not YAML: {problem}", 1, 1, code="yaml")
    line, column = mark.line + 1, mark.column + 1
    if "nesting depth" in problem:  # PyYAML's own limit (6.0.4 and later), met while it reads ahead
        return source.error(f"the YAML is nested more than {MAX_DEPTH} deep", line, column, code="too-deep")
    if "escape" in problem or "hexdecimal" in problem:
        return _escape_error(mark, source)
    if "end of stream" in problem and "quoted" in context:
        start = getattr(error, "context_mark", None) or mark
        return source.error(
            "this is not YAML: this quote is never closed", start.line + 1, start.column + 1, code="yaml",
            hint="a ' at the beginning of a value opens a quoted text",
        )
    said, hint = _in_our_words(problem, context, source.text.split("\n"), mark)
    return source.error(f"this is not YAML: {said}", line, column, code="yaml", hint=hint)


def _escape_error(mark: Any, source: Source) -> DeriveError:
    """The mark of an unknown escape is where its scalar begins: the escape itself is looked for behind it."""
    origin = Origin.of_text(source.text, source.file)
    for match in re.compile(r"\\(.)", re.DOTALL).finditer(source.text, mark.index):
        if match.group(1) not in '\\"':
            return origin.error(
                f"the escape {match.group()} in double quotes is refused", match.start(), code="yaml-escape",
                hint=_DOUBLE_QUOTES,
            )
    return source.error(
        "a backslash in double quotes is refused", mark.line + 1, mark.column + 1, code="yaml-escape", hint=_DOUBLE_QUOTES
    )


def _in_our_words(problem: str, context: str, lines: list[str], mark: Any) -> tuple[str, str | None]:
    if "mapping values are not allowed" in problem:
        return "a `: ` inside a value, or an indentation that does not fit", _QUOTE
    if "cannot start any token" in problem:
        sign = lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""
        if sign == "\t":
            return "a tab; indent with spaces", None
        return f"a value cannot begin with `{sign}`", _QUOTE
    if "comment or line break" in problem:
        return "a value that begins with `|` or `>`", _QUOTE
    if "expected ',' or" in problem:
        return (
            "a `[` or `{` is not closed before this line",
            "a text with brackets that is more than a list stands in single quotes: '[x; y] + z'",
        )
    if "simple key" in context or "':'" in problem:
        return "a `:` is missing after the key", "a key and its value are written `key: value`"
    if "alias" in context or "anchor" in context or "tag" in context or "directive" in context:
        return "a value cannot begin with `*`, `&`, `!` or `%`", _QUOTE
    if "expected" in problem:
        missing = problem.removeprefix("did not find ")
        line = lines[mark.line] if mark.line < len(lines) else ""
        if re.match(r"[\s-]*[\w-]+:\s*'", line) and line.count("'") > 2:
            return (
                "a `'` inside of single quotes ends the text", "leave the quotes away, or write the transpose '' inside of them: 'tr(X'' X)'"
            )
        return f"the entry does not fit here ({missing})", "check the indentation and the quotes of the lines above"
    return problem, _QUOTE
