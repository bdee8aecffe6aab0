"""The query options of OData ($filter, $select, $orderby, $top, $skip, $count) as SQL with bound values.

The entity sets and the form of an answer do not belong here. What is not supported is refused, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from pipelines.core.errors import UsageError
from pipelines.serve.odata_model import EntitySet

OPTIONS = ("$filter", "$select", "$orderby", "$top", "$skip", "$count", "$skiptoken", "$format")
PAGE = 5_000
"""Entities of one answer; the client follows the link to the next ones."""
LONGEST_FILTER = 8_000

_COMPARED = {ast.Eq: "=", ast.NotEq: "<>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_JOINED = {ast.And: "AND", ast.Or: "OR"}
_CALCULATED = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}
_FUNCTIONS: Mapping[str, tuple[int, str]] = {
    "contains": (2, "contains({0}, {1})"),
    "startswith": (2, "starts_with({0}, {1})"),
    "endswith": (2, "ends_with({0}, {1})"),
    "tolower": (1, "lower({0})"),
    "toupper": (1, "upper({0})"),
    "trim": (1, "trim({0})"),
    "length": (1, "length({0})"),
    "indexof": (2, "(strpos({0}, {1}) - 1)"),
    "concat": (2, "concat({0}, {1})"),
    "round": (1, "round({0})"),
    "floor": (1, "floor({0})"),
    "ceiling": (1, "ceil({0})"),
    "year": (1, "year({0})"),
    "month": (1, "month({0})"),
    "day": (1, "day({0})"),
}


@dataclass(frozen=True)
class Options:
    """The options of one request, understood: SQL pieces over one entity set, and the page."""

    columns: tuple[str, ...]
    where: str
    bound: tuple[object, ...]
    order: str
    offset: int
    limit: int
    is_counted: bool
    left: int | None
    """How many of `$top` are still to come after this page; None where there is no `$top`."""


def understood(said: Mapping[str, str], one: EntitySet, page: int = PAGE) -> Options:
    """The options of a request.

    Raises:
        UsageError: for an option that is not known, not supported, or cannot be parsed.
    """
    for name in said:
        if name.startswith("$") and name not in OPTIONS:
            raise UsageError("serve.odata_not_supported", what=name[:40])
    if said.get("$format", "json").partition(";")[0] not in ("json", "application/json"):
        raise UsageError("serve.not_acceptable", allowed="application/json")
    where, bound = filtered(said.get("$filter", ""), one)
    done = _whole(said, "$skiptoken") or 0
    top = _whole(said, "$top")
    limit = page if top is None else max(0, min(page, top - done))
    return Options(
        columns=_selected(said.get("$select", ""), one),
        where=where,
        bound=bound,
        order=_ordered(said.get("$orderby", ""), one),
        offset=(_whole(said, "$skip") or 0) + done,
        limit=limit,
        is_counted=_flag(said, "$count"),
        left=None if top is None else top - done - limit,
    )


def filtered(text: str, one: EntitySet) -> tuple[str, tuple[object, ...]]:
    """`$filter` as a WHERE clause and its bound values; empty where there is none."""
    if not text.strip():
        return "", ()
    if len(text) > LONGEST_FILTER:
        raise UsageError("serve.bad_parameter", names="$filter")
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(text.strip()))
        made = _Where(one)
        return f"WHERE {made.sql(tree)}", tuple(made.bound)
    except ODataException:
        raise UsageError("serve.odata_filter_wrong") from None
    except RecursionError:
        raise UsageError("serve.bad_parameter", names="$filter") from None


class _Where:
    """Turns the tree of a filter into SQL; names are columns of the set, values are bound and never written."""

    def __init__(self, one: EntitySet) -> None:
        self._types, self.bound = dict(one.columns), list[object]()

    def sql(self, node: object) -> str:
        made = self._ways().get(type(node))
        if made is None:
            raise UsageError("serve.odata_not_supported", what=type(node).__name__.lower())
        return made(node)

    def _ways(self) -> Mapping[type, Callable[..., str]]:
        return {
            ast.BoolOp: lambda n: f"({self.sql(n.left)} {_JOINED[type(n.op)]} {self.sql(n.right)})",
            ast.BinOp: lambda n: f"({self.sql(n.left)} {_CALCULATED[type(n.op)]} {self.sql(n.right)})",
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.Call: self._call,
            ast.Identifier: self._column,
            ast.String: self._value,
            ast.Integer: self._value,
            ast.Float: self._value,
            ast.Boolean: self._value,
            ast.Date: self._value,
            ast.Null: lambda _: "NULL",
        }

    def _unary(self, node: ast.UnaryOp) -> str:
        return f"(NOT {self.sql(node.operand)})" if isinstance(node.op, ast.Not) else f"(-{self.sql(node.operand)})"

    def _compare(self, node: ast.Compare) -> str:
        if isinstance(node.comparator, ast.In):
            if not isinstance(node.right, ast.List):
                raise UsageError("serve.odata_filter_wrong")
            return f"({self.sql(node.left)} IN ({', '.join(self.sql(n) for n in node.right.val)}))"
        if ast.Null in (type(node.left), type(node.right)):
            other = node.left if isinstance(node.right, ast.Null) else node.right
            words = {ast.Eq: "IS NULL", ast.NotEq: "IS NOT NULL"}
            said = words.get(type(node.comparator))
            # The standard: an order between a value and null is false.
            return f"({self.sql(other)} {said})" if said else "false"
        is_unequal = isinstance(node.comparator, ast.NotEq)
        sign = "IS DISTINCT FROM" if is_unequal else _COMPARED[type(node.comparator)]
        return f"({self.sql(node.left)} {sign} {self.sql(node.right)})"

    def _call(self, node: ast.Call) -> str:
        arity, pattern = _FUNCTIONS.get(node.func.name, (-1, ""))
        if arity != len(node.args):
            raise UsageError("serve.odata_not_supported", what=node.func.name[:40])
        return pattern.format(*(self.sql(argument) for argument in node.args))

    def _column(self, node: ast.Identifier) -> str:
        if node.namespace or node.name not in self._types:
            raise UsageError("serve.odata_no_property", given=node.name[:40], allowed=", ".join(self._types))
        return node.name

    def _value(self, node: ast.String | ast.Integer | ast.Float | ast.Boolean | ast.Date) -> str:
        try:
            self.bound.append(node.py_val)
        except (ValueError, OverflowError):
            raise UsageError("serve.odata_filter_wrong") from None
        return "?"


def _selected(text: str, one: EntitySet) -> tuple[str, ...]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if not wanted or "*" in wanted:
        return one.names
    _refuse_unknown(wanted, one)
    return tuple(dict.fromkeys(wanted))


def _ordered(text: str, one: EntitySet) -> str:
    """ORDER BY with the key at its end, so that pages never overlap."""
    if not text.strip():
        return one.order
    terms = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\w+)(?:\s+(asc|desc))?\s*", part)
        if not found:
            raise UsageError("serve.bad_parameter", names="$orderby")
        _refuse_unknown([found[1]], one)
        is_down = found[2] == "desc"
        terms.append(f"{found[1]} {'DESC NULLS LAST' if is_down else 'ASC NULLS FIRST'}")  # null is the least value
    return f"ORDER BY {', '.join([*terms, *one.key])}"


def _refuse_unknown(names: list[str], one: EntitySet) -> None:
    for name in names:
        if name not in one.names:
            raise UsageError("serve.odata_no_property", given=name[:40], allowed=", ".join(one.names))


def _whole(said: Mapping[str, str], name: str) -> int | None:
    if name not in said:
        return None
    if not re.fullmatch(r"\d{1,9}", said[name]):
        raise UsageError("serve.bad_parameter", names=name)
    return int(said[name])


def _flag(said: Mapping[str, str], name: str) -> bool:
    held = said.get(name, "false").lower()
    if held not in ("true", "false"):
        raise UsageError("serve.bad_parameter", names=name)
    return held == "true"
