"""From received bytes to typed tables, part by part, and the rules of many submissions against one at a time.

    python -m benchmarks.intake

The baseline is named `one by one`: the same submissions, each in a run of the rules of its own. What comes after
`typed` stands in `tasks.py`.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import ModuleType

from benchmarks import machine
from pipelines.conform import Claim, examination, rules, writing
from pipelines.core.settings import PROJECT, Paths, Settings
from pipelines.flow import inbox, submissions
from pipelines.flow.desk import Desk

COMPARED = ("lac_census", "2018-19")
"""The return and period of the bundled sample whose 22 submissions are compared."""


@dataclass
class Clock:
    """Wall seconds, and CPU seconds of the thread that worked, by part."""

    wall: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.wall[name] += time.perf_counter() - wall
            self.cpu[name] += time.thread_time() - cpu

    def around(self, name: str, module: ModuleType, function: str) -> None:
        """Have every call of a function counted to a part."""
        work = getattr(module, function)

        @wraps(work)
        def timed(*args: object, **options: object) -> object:
            with self.part(name):
                return work(*args, **options)

        setattr(module, function, timed)


def intake(desk: Desk, clock: Clock) -> int:
    """Land and judge the bundled sample as a build does; how many submissions."""
    parts: tuple[tuple[str, ModuleType, str], ...] = (
        ("read and cast (a thread of its own)", examination, "read_submission"),
        ("rules", rules, "run_many"),
        ("one table of faults", examination, "merge"),
        ("the period before", submissions, "previous_tables"),
        ("contract (Pandera)", writing, "hold_to_contract"),
        ("write, contract included", submissions, "write_all"),
        ("ledger", submissions, "register_all"),
        ("receipts", submissions, "receipts"),
    )
    for part in parts:
        clock.around(*part)
    waiting = inbox.deliveries(desk.inbox, desk.catalogue)
    with clock.part("all: keep and enter"):
        submissions.land(desk, waiting)
    with clock.part("all: judge, write, decide"):
        for return_id in sorted({d.return_id for d in waiting}):
            held = {(d.authority_code, d.period_id) for d in waiting if d.return_id == return_id}
            submissions.judge_waiting(desk, return_id, held)
    return len(waiting)


def compare(desk: Desk, clock: Clock) -> int:
    """The rules of one return and period three ways, on the same tables; how many submissions."""
    return_id, period = COMPARED
    jobs = list(_jobs(desk, return_id, period))

    def run(some: Sequence[rules.RuleJob]) -> list[rules.RuleOutcome]:
        return rules.run_many(desk.catalogue, return_id, period, some)

    ways: dict[str, Callable[[], list[rules.RuleOutcome]]] = {
        "together, first run of a process": lambda: run(jobs),
        "together, again": lambda: run(jobs),
        "one by one, planned once": lambda: [run([job])[0] for job in jobs],
        "one by one (baseline: planned for each)": lambda: [_alone(desk, job) for job in jobs],
    }
    found = []
    for name, way in ways.items():
        with clock.part(name):
            found.append(way())
    if not all(_are_same(found[0], outcomes) for outcomes in found[1:]):
        raise SystemExit("the ways do not come to the same faults")
    return len(jobs)


def _are_same(some: Sequence[rules.RuleOutcome], others: Sequence[rules.RuleOutcome]) -> bool:
    pairs = zip(some, others, strict=True)
    return all(a.faults.equals(b.faults) and a.coverage.equals(b.coverage) for a, b in pairs)


def _alone(desk: Desk, job: rules.RuleJob) -> rules.RuleOutcome:
    from pipelines.conform.rules.engine import pack_for
    from pipelines.conform.rules.packs import PackKey
    from pipelines.conform.rules.relations import Inputs

    return_id, period = COMPARED
    pack = pack_for(desk.catalogue, PackKey(period, desk.catalogue.returns[return_id].jurisdiction, return_id))
    inputs = Inputs(job.tables, job.context.raw, job.previous, job.context.reference)
    return rules.run_pack(desk.catalogue, pack, inputs, job.context)


def _jobs(desk: Desk, return_id: str, period: str) -> Iterator[rules.RuleJob]:
    for delivery in inbox.deliveries(desk.inbox, desk.catalogue):
        if (delivery.return_id, delivery.period_id) == (return_id, period):
            claim = Claim(return_id, delivery.authority_code, period)
            reading = examination.read_submission(desk.catalogue, desk.tokeniser, delivery.paths, claim)
            yield examination._job(reading, reading.tables)  # the same year stands in for the year before


def lines(clock: Clock) -> Iterator[str]:
    """The parts, longest first."""
    yield f"{'':44} {'wall s':>8} {'CPU s':>8}"
    for name in sorted(clock.wall, key=lambda n: -clock.wall[n]):
        yield f"{name:44} {clock.wall[name]:8.2f} {clock.cpu[name]:8.2f}"


def main() -> None:
    """Measure and print."""
    print(f"{machine.described()['cores']} cores, load {machine.load()}")
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        settings = Settings(paths=Paths(project=PROJECT, data=data, keys=data / "keys"), threads=2)
        desk = Desk(settings, settings.paths.sample)
        three, whole = Clock(), Clock()
        n_compared = compare(desk, three)
        began, cpu = time.perf_counter(), time.process_time()
        n_taken = intake(desk, whole)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"\nrules of {n_compared} submissions ({' '.join(COMPARED)})", *lines(three), sep="\n")
    print(f"\nintake of {n_taken} submissions: {seconds:.1f} s, {cpu:.1f} CPU s", *lines(whole), sep="\n")
    print(f"\nload {machine.load()}")


if __name__ == "__main__":
    main()
