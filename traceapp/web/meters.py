"""What this process counts for Prometheus; `upkeep/metrics.py` shows it. No label names a person.

With PROMETHEUS_MULTIPROC_DIR set (gunicorn.conf.py does) the counts of all processes are added up.
"""

from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "traceapp_requests", "Requests that reached the application", ("route", "method", "status")
)
SECONDS = Histogram(
    "traceapp_request_seconds",
    "How long the application took for an answer",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
PAGES = Counter("traceapp_pages_served", "Pages of codes: kept in memory, or made", ("source",))
PAGE_KEPT, PAGE_MADE = PAGES.labels("memory"), PAGES.labels("made")
WRITE_WAIT = Histogram(
    "traceapp_write_wait_seconds",
    "How long a write waited for its turn",
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10),
)
WRITES_REFUSED = Counter("traceapp_writes_refused", "Writes that were not taken", ("reason",))
OTHER_ROUTE = "none"


def count_request(route: str | None, method: str, status: int, seconds: float) -> None:
    """Count one answer: by the pattern of its route, never by its path, and its class of status."""
    named = route or OTHER_ROUTE
    REQUESTS.labels(named, method, f"{status // 100}xx").inc()
    SECONDS.labels(named).observe(seconds)
