"""The small language of ``--where`` and ``--sort``: ``metrics.acc > 0.9 and status == 'finished'``.

    expression  := every ("or" every)*        every := one ("and" one)*
    one         := "not" one | "(" expression ")" | name comparison
    comparison  := ("==" | "!=" | "<" | "<=" | ">" | ">=" | "~") value  |  ["not"] "in" "(" value ("," value)* ")"
    value       := number | 'text' | "text" | true | false
    name        := part ("." part)*           part := word | `anything between backticks`

Nothing is ever evaluated as Python; length and depth are limited; an error names the column.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NoReturn

from samerun.basics.query import Comparison, Expression, Junction, Negation, SortKey, Value, number
from samerun.errors import BadQuery

MAX_LENGTH = 4_000
"""The longest expression that is read, in characters."""

MAX_DEPTH = 40
"""How deep parentheses and ``not`` may be nested."""

_EXAMPLE = "For example: --where \"metrics.acc > 0.9 and status == 'finished'\""
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<name>(?:[^\W\d]\w*|`[^`]+`)(?:\.(?:[^\W\d]\w*|`[^`]+`))*)
      | (?P<sign>==|!=|<=|>=|<|>|~|\(|\)|,)""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r"`([^`]+)`|([^.`]+)")
_WORDS = ("and", "or", "not", "in", "true", "false")


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int

    @property
    def shown(self) -> str:
        return f'"{self.text}"' if self.kind != "end" else "the end"


def parse(text: str, fields: Collection[str] = ()) -> Expression:
    """Read an expression.

    Args:
        text: what was given to ``--where``.
        fields: the first parts that a name may have (``metrics``, ``status``); empty allows any.

    Returns:
        The expression, for ``matches``.

    Raises:
        BadQuery: the text is no expression; the sentence names the column, counted from 1 (fact ``column``).
    """
    if len(text) > MAX_LENGTH:
        raise BadQuery(f"The expression is longer than {MAX_LENGTH:,} characters.", _EXAMPLE, column=MAX_LENGTH)
    return _Parser(text, fields).whole()


def parse_sort(text: str, fields: Collection[str] = ()) -> list[SortKey]:
    """Read what was given to ``--sort``: names joined by commas, each with ``-`` before it for the largest first.

    Args:
        text: for example ``-metrics.acc,started``.
        fields: the first parts that a name may have; empty allows any.

    Raises:
        BadQuery: the text is no list of names.
    """
    keys = []
    for match in re.finditer(r"(?:`[^`]*`|[^,`])+|`", text) if text.strip() else ():
        part = match.group()
        name = part.strip()
        column = match.start() + 1 + len(part) - len(part.lstrip())
        bare = name.lstrip("+-") if name[:1] in "+-" and name[1:2] not in "+-" else name
        keys.append(SortKey(_whole_name(bare, column, text, fields), name.startswith("-")))
    if not keys:
        raise BadQuery("--sort needs the name of a field.", "For example: --sort -metrics.acc", column=1)
    return keys


def _whole_name(name: str, column: int, text: str, fields: Collection[str]) -> str:
    match = _TOKEN.match(name)
    if match is None or match.lastgroup != "name" or match.end() != len(name):
        _refuse(text, column, f'expected the name of a field, found "{name}"')
    return _path(_Token("name", name, column), text, fields)


def _path(token: _Token, text: str, fields: Collection[str]) -> str:
    parts = [quoted or plain for quoted, plain in _PART.findall(token.text)]
    if any(plain.startswith("__") for _, plain in _PART.findall(token.text)):
        _refuse(text, token.column, f"no field is called {token.shown}")
    path = ".".join(parts)
    first = path.partition(".")[0]
    if fields and first not in fields:
        close = difflib.get_close_matches(first, sorted(fields), 1)
        hint = f'; did you mean "{close[0]}"?' if close else f"; fields are {', '.join(sorted(fields))}"
        _refuse(text, token.column, f'there is no field "{first}"{hint}')
    return path


def _refuse(text: str, column: int, what: str) -> NoReturn:
    raise BadQuery(f"Cannot read the expression at column {column}: {what}.", _EXAMPLE, column=column, expression=text)


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            unended = "a quotation mark that is never closed" if text[position] in "'\"`" else repr(text[position])
            _refuse(text, position + 1, f"did not expect {unended}")
        if match.lastgroup != "space":
            yield _Token(match.lastgroup or "", match.group(), position + 1)
        position = match.end()
    yield _Token("end", "", len(text) + 1)


class _Parser:
    """Recursive descent over the tokens; the depth is counted, so a hostile text cannot exhaust the stack."""

    def __init__(self, text: str, fields: Collection[str]) -> None:
        self._text = text
        self._fields = fields
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        """Read the whole text."""
        expression = self._any_of()
        if self._next.kind != "end":
            self._expected('"and", "or" or the end')
        return expression

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> _Token | None:
        """Take the next token if it is one of ``texts`` (words and signs, never the inside of a quoted text)."""
        token = self._next
        if token.kind not in ("name", "sign") or token.text not in texts:
            return None
        self._at += 1
        return token

    def _expected(self, what: str) -> NoReturn:
        _refuse(self._text, self._next.column, f"expected {what}, found {self._next.shown}")

    def _any_of(self) -> Expression:
        parts = [self._all_of()]
        while self._take("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else Junction(False, tuple(parts))

    def _all_of(self) -> Expression:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Junction(True, tuple(parts))

    def _one(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _refuse(self._text, self._next.column, f"more than {MAX_DEPTH} levels of parentheses")
        expression = self._negation() or self._group() or self._comparison()
        self._depth -= 1
        return expression

    def _negation(self) -> Expression | None:
        return Negation(self._one()) if self._take("not") else None

    def _group(self) -> Expression | None:
        if not self._take("("):
            return None
        inner = self._any_of()
        if not self._take(")"):
            self._expected('")"')
        return inner

    def _comparison(self) -> Expression:
        token = self._next
        if token.kind != "name" or token.text in _WORDS:
            self._expected("the name of a field")
        self._at += 1
        path = _path(token, self._text, self._fields)
        sign = self._take("==", "!=", "<=", ">=", "<", ">", "~")
        if sign is not None:
            return Comparison(path, sign.text, (self._value(),))
        negated = self._take("not")
        if not self._take("in"):
            self._expected('"in"' if negated else "==, !=, <, <=, >, >=, ~ or in")
        return Comparison(path, "not in" if negated else "in", self._values())

    def _values(self) -> tuple[Value, ...]:
        if not self._take("("):
            self._expected('"("')
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        if not self._take(")"):
            self._expected('")" or ","')
        return tuple(values)

    def _value(self) -> Value:
        token = self._next
        self._at += 1
        if token.kind == "number":
            value = number(token.text)
            return value if value is not None else math.nan
        if token.kind == "text":
            return re.sub(r"\\(['\"\\])", r"\1", token.text[1:-1])
        if token.text in ("true", "false") and token.kind == "name":
            return token.text == "true"
        self._at -= 1
        hint = "; write texts in quotation marks" if token.kind == "name" and token.text not in _WORDS else ""
        return self._expected("a number, a text in quotation marks, true or false" + hint)
