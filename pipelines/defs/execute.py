"""Runs the named jobs one after another in this process, on an instance that leaves nothing behind.

What `mesur build` says and where its input lies belong to the command.
"""

from __future__ import annotations

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError  # not exported, and the only word for it

from pipelines.core.errors import MesurError, RefusedError
from pipelines.core.locks import exclusive
from pipelines.core.redaction import from_unexpected
from pipelines.defs.assemble import build_definitions
from pipelines.defs.instance import passing_instance
from pipelines.defs.jobs import BUILD, EXTRACTS, PUBLISH, receive_job_name
from pipelines.defs.partitions import range_tags
from pipelines.flow.desk import Desk
from pipelines.flow.inbox import deliveries, unplaced

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The command tells its own progress; Dagster's events are not for its reader."""


def build(desk: Desk, *, has_publication: bool = True) -> None:
    """Everything from the inbox to the edition; a second build waits for the first.

    Raises:
        RefusedError: when a blocking check fails; the last good edition stays.
        UnreadableError: when nothing in the inbox lies where a submission belongs.
        MesurError: whatever a room refuses.
    """
    with exclusive(desk.settings, "build"), passing_instance() as instance:
        desk.progress("flow.started")
        definitions = build_definitions(desk)
        if left := unplaced(desk.inbox, desk.catalogue):
            desk.progress("flow.strays", **left)
        waiting = deliveries(desk.inbox, desk.catalogue)
        for r in desk.catalogue.returns.values():
            periods = {d.period_id for d in waiting if d.return_id == r.id}
            if periods:
                _run(definitions, instance, receive_job_name(r.id), range_tags(desk.catalogue, periods))
        if desk.hands:
            desk.hands.go()
        for name in (EXTRACTS, BUILD, *((PUBLISH,) if has_publication else ())):
            _run(definitions, instance, name)
            desk.progress("flow.job_done", job=name)


def _run(
    definitions: dg.Definitions, instance: dg.DagsterInstance, name: str, tags: dict[str, str] | None = None
) -> None:
    try:
        definitions.resolve_job_def(name).execute_in_process(run_config=QUIET, instance=instance, tags=tags or {})
    except MesurError:
        raise
    except DagsterAssetCheckFailedError as error:
        # Its first line says that checks failed; each line after it is `asset: names of checks`.
        failed = "; ".join(line.strip() for line in str(error).splitlines()[1:])
        raise RefusedError("flow.check_failed", job=name, checks=failed) from None
    except Exception as error:  # noqa: BLE001 (whatever Dagster raises, its values stay here)
        raise from_unexpected(error) from None
