"""The figures of a run as a table for a person.

Measuring does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Found = Mapping[str, object]
WAYS = {"by_hand": "plain DuckDB", "by_dbt": "dbt", "by_dagster": "dbt through Dagster"}


def lines(result: Found) -> Iterator[str]:
    """Everything measured; ratios are to the yardstick, to plain DuckDB at the same size, or to the sample's size."""
    machine = _of(result, "machine")
    yield f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, Python {machine['python']}"
    yield ", ".join(f"{name} {version}" for name, version in _of(machine, "versions").items())
    yield f"load {machine['load']} at the start, {result['load_at_the_end']} at the end; set-up {_of(result, 'set_up')}"
    sizes = _of(result, "growth")
    unit = number(_of(_of(sizes, "x1"), "by_hand"), "warm")
    if unit:
        yield f"yardstick: {unit:.2f} s (the sample from typed to cells by plain DuckDB, second run in a process)"
    yield ""
    yield from _build(_of(result, "build"), unit)
    if sizes:
        yield ""
        yield from _growth(sizes)


def _build(found: Found, unit: float | None) -> Iterator[str]:
    whole, parts = number(found, "whole"), _of(found, "parts")
    yield f"{'the build of the sample':36} {'seconds':>9} {'x yardstick':>12} {'share':>7}"
    if whole is None:
        yield f"  {dict(found)}"
        return
    told = {"./mesur build, as typed": number(found, "command"), "the same job, in all": whole}
    told |= {name: number(parts, name) for name in sorted(parts, key=lambda p: -(number(parts, p) or 0))}
    told["CPU seconds of the command"] = number(found, "command_cpu")
    told["CPU seconds of the job"] = number(found, "cpu")
    told["CPU seconds of processes beside it"] = number(found, "cpu_beside")
    for name, seconds in told.items():
        if seconds is not None:
            ratio = f"{seconds / unit:12.2f}" if unit else " " * 12
            yield f"{name:36} {seconds:9.2f} {ratio} {100 * seconds / whole:6.0f}%"


def _growth(found: Found) -> Iterator[str]:
    head = ("first", "second", "CPU", "peak MB", "x plain", "CPU x", "x sample")
    yield f"{'typed to cells':28} " + " ".join(f"{word:>8}" for word in head)
    for size in found:
        held = _of(found, size)
        yield f"{size}: {_sizes(held)}"
        for way, name in WAYS.items():
            yield _way(f"  {name}", _of(held, way), _of(held, "by_hand"), _of(_of(found, "x1"), way))
        yield _resubmission(_of(held, "resubmission"), _of(held, "by_dbt"))


def _way(name: str, own: Found, plain: Found, small: Found) -> str:
    cold, warm, cpu, peak = (number(own, k) for k in ("cold", "warm", "cpu", "peak_mb"))
    if cold is None or warm is None or cpu is None or peak is None:
        return f"{name:28} {own.get('stopped', 'not measured')}"
    compared = ((warm, plain, "warm"), (cpu, plain, "cpu"), (warm, small, "warm"))
    ratios = [mine / other if (other := number(base, key)) else None for mine, base, key in compared]
    told = " ".join(f"{'' if r is None else f'{r:.2f}':>8}" for r in ratios)
    return f"{name:28} {cold:8.2f} {warm:8.2f} {cpu:8.2f} {peak:8.0f} {told}"


def _resubmission(own: Found, whole: Found) -> str:
    name = "  one authority sends again"
    told = [(number(own, k), number(whole, k)) for k in ("cold", "warm", "cpu")]
    if any(limited is None for limited, _ in told):
        return f"{name:28} {own.get('stopped', 'not measured')}"
    seconds = " ".join(f"{limited:8.2f}" for limited, _ in told)
    ratios = (f"{everything / limited:.2f}" for limited, everything in told if limited and everything)
    return f"{name:28} {seconds}  everything by dbt takes {', '.join(ratios)} times as long"


def _sizes(held: Found) -> str:
    rows, out = _of(held, "rows"), _of(held, "by_dbt")
    told = [f"{int(number(rows, t) or 0):,} {t} rows in" for t in ("child", "episode")]
    if child_periods := number(out, "fct_child_period"):
        told.append(f"{int(child_periods):,} child-periods")
        told.append(f"warehouse {(number(out, 'warehouse_bytes') or 0) / 1e6:,.0f} MB")
        told.append(f"cells {(number(out, 'cells_bytes') or 0) / 1e6:,.2f} MB")
    return ", ".join(told)


def number(found: Found, key: str) -> float | None:
    """A figure, or None where it was not measured."""
    value = found.get(key)
    return float(value) if isinstance(value, int | float) else None


def _of(found: Found, key: str) -> Found:
    held = found.get(key)
    return held if isinstance(held, dict) else {}
