"""Problems as answers: `application/problem+json` or a page, by Accept; never an SQL text."""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, jsonify, render_template, request
from flask.globals import request_ctx
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from traceapp import problem
from traceapp.gs1.errors import InvalidKey
from traceapp.web.faults import Fault
from traceapp.web.full_disk import is_full

log = structlog.get_logger(__name__)

RETRY_AFTER_S = "5"
AT_MOST = problem.N_("At most {limit} can be sent here at once.")
SEND_LESS = problem.N_("Send less at once, or a smaller file.")
CSRF_NAME = "csrf_token"
# Where a form can be sent again as it was typed: elsewhere forms hold passwords and codes, which
# no page repeats.
SENT_AGAIN = (problem.FormExpired, problem.Busy, problem.StorageFull)
KEEPING = ("/desk/", "/report", "/B/", "/h/")
PROBLEM_BY_STATUS: dict[int, type[problem.Problem]] = {
    400: problem.BadRequest,
    404: problem.NotFound,
    405: problem.MethodNotAllowed,
    413: problem.PayloadTooLarge,
    415: problem.UnsupportedMediaType,
    422: problem.InvalidInput,
    429: problem.TooManyRequests,
}


def init_app(app: Flask) -> None:
    """Answer every error with a problem of the catalogue."""
    app.register_error_handler(problem.Problem, answer)
    app.register_error_handler(InvalidKey, lambda error: answer(from_invalid_key(error)))
    app.register_error_handler(ValidationError, lambda error: answer(from_validation(error)))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(OSError, _answer_of_system)
    app.register_error_handler(Exception, _answer_unexpected)


def answer(error: problem.Problem) -> Response:
    """Put a problem into the reader's language and form."""
    if wants_json() or request_ctx.url_adapter is None:  # no page has links to an absurd host
        response = jsonify(as_document(error))
        response.mimetype = "application/problem+json"
    else:
        again = isinstance(error, SENT_AGAIN) and request.path.startswith(KEEPING)
        page = render_template(
            "web/problem.html", problem=as_document(error), typed=_typed() if again else None
        )
        response = Response(page, mimetype="text/html")
    response.status_code = int(error.status)
    if isinstance(error, problem.Busy):
        response.headers["Retry-After"] = RETRY_AFTER_S
    if isinstance(error, problem.TooManyRequests):
        response.headers["Retry-After"] = str(error.wait_s)
    response.headers["Cache-Control"] = "no-store"
    response.vary.update({"Accept", "Accept-Language", "Cookie"})
    return response


def _typed() -> list[tuple[str, str]]:
    return [pair for pair in request.form.items(multi=True) if pair[0] != CSRF_NAME]


def as_document(error: problem.Problem) -> dict[str, Any]:
    """Give the RFC 9457 members of a problem, in the language of the request."""
    document: dict[str, Any] = {
        "type": f"/problems/{error.slug}",
        "title": gettext(error.title),
        "status": int(error.status),
        "detail": gettext(error.detail).format_map(error.values)
        if error.values
        else gettext(error.detail),
        "instance": request.path,
    }
    if error.findings:
        document["errors"] = [
            {
                "pointer": finding.pointer,
                "rule": finding.rule,
                "message": said(finding.message, finding.values),
                "fix": said(finding.fix, finding.values),
                **({"allowed_on": finding.allowed_on} if finding.allowed_on else {}),
            }
            for finding in error.findings
        ]
    return document


def said(message: str, values: Mapping[str, str] | None = None) -> str:
    """Put words of the catalogue into the reader's language."""
    text: str = gettext(message)
    return text.format_map(values) if values else text


def wants_json() -> bool:
    """Tell whether the reader is a program."""
    if request.path.startswith("/api/") or request.is_json:
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/problem+json"], default="text/html"
    )
    return best != "text/html"


def from_invalid_key(error: InvalidKey) -> problem.MalformedCode:
    """Name the rule of the identifier grammar that a code breaks."""
    return problem.MalformedCode(
        findings=[problem.Finding("", error.rule, error.message, error.fix)]
    )


def from_validation(error: ValidationError) -> problem.InvalidInput:
    """Turn marshmallow's messages into findings, one a field."""
    return problem.InvalidInput(findings=list(_findings(error.messages, "")))


def _findings(messages: object, pointer: str) -> list[problem.Finding]:
    if isinstance(messages, dict):
        return [
            finding
            for key, inner in messages.items()
            for finding in _findings(
                inner, pointer if key == "_schema" else f"{pointer}/{_escaped(str(key))}"
            )
        ]
    texts = messages if isinstance(messages, list) else [messages]
    return [_finding(text, pointer) for text in texts]


def _finding(text: object, pointer: str) -> problem.Finding:
    fault = text if isinstance(text, Fault) else Fault("shape", str(text))
    return problem.Finding(pointer, fault.rule, fault.message, fault.fix, fault.values)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")  # RFC 6901, 3


def _too_large() -> problem.PayloadTooLarge:
    """Name the limit of the address, where the body is over it."""
    most = request.max_content_length
    if most is None or (request.content_length or 0) <= most:
        return problem.PayloadTooLarge()
    limit = f"{most // 10**6} MB" if most >= 10**6 else f"{most // 1000} kB"
    said = problem.Finding("", "too_large", AT_MOST, SEND_LESS, {"limit": limit})
    return problem.PayloadTooLarge(findings=[said])


def _answer_http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:  # a redirect travels as an exception too  # noqa: PLR2004
        return Response(
            error.get_response(request.environ).get_data(), status=code, headers=error.get_headers()
        )
    kind = PROBLEM_BY_STATUS.get(code, problem.Problem)
    response = answer(_too_large() if kind is problem.PayloadTooLarge else kind())
    if code not in PROBLEM_BY_STATUS:
        response.status_code = code
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _answer_of_system(error: OSError) -> Response:
    return answer(problem.StorageFull()) if is_full(error) else _answer_unexpected(error)


def _answer_unexpected(error: Exception) -> Response:
    # The route's pattern, as in the log of requests: a path may hold a private link.
    route = str(request.url_rule) if request.url_rule else None
    log.error("request_failed", route=route, exc_info=error)
    return answer(problem.Problem())
