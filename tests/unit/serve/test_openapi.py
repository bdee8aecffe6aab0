"""The API against its own description, by a tester that is not ours, and against requests nobody meant."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, given, settings
from made_edition import Desk
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pipelines.serve.api import app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_the_api_keeps_its_word(desk: Desk) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", app(desk.settings))
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) >= 18
    for operation in operations:
        _hold(operation)


def _hold(operation: schemathesis.schemas.APIOperation) -> None:
    @given(case=operation.as_strategy())
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    holds()
