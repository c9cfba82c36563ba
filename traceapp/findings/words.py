"""What the rules say, in the reader's language, as problems and as plain lines."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.findings.attempts import Verdict
from traceapp.trace.facts import Ref
from traceapp.trace.rules.finding import Finding
from traceapp.trace.words import Words
from traceapp.web.languages import say

ROLES: Mapping[str, Words] = {
    "owner": Words("Chủ cơ sở", "The owner"),
    "officer": Words("Cán bộ quản lý", "An officer"),
}


def as_problem(author: UUID, data: Mapping[str, Any], verdict: Verdict) -> problem.Blocked:
    """Say why an act is refused, with every finding."""
    return problem.Blocked(findings=[as_fault(author, data, one) for one in verdict.findings])


def as_fault(author: UUID, data: Mapping[str, Any], finding: Finding) -> problem.Finding:
    """Point at what a finding is about in the message that was sent."""
    return problem.Finding(
        _pointer(author, data, finding),
        finding.rule,
        say(finding.message),
        say(finding.fix),
        allowed_on=finding.allowed.isoformat() if finding.allowed else "",
    )


def _pointer(author: UUID, data: Mapping[str, Any], finding: Finding) -> str:
    for side in ("inputs", "outputs", "about"):
        for number, line in enumerate(data[side]):
            if Ref(line["producer_id"] or author, line["batch_id"]) == finding.batch:
                return f"/{side}/{number}/batch_id"
    if finding.aspect == "crate":
        inner = "inner_containers" in data["fields"]
        return f"/fields/{'inner_containers' if inner else 'container'}"
    return "/event_time" if finding.allowed is not None else ""
