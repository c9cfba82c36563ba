"""How gunicorn serves: few processes, some threads. The command line says where it listens."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

# A worker's heartbeat file on a disk can block it while the disk is busy.
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - what is made in it has a name of its own
worker_tmp_dir = str(MEMORY_FOLDER) if MEMORY_FOLDER.is_dir() else None
# Each process counts in a file of its own here; /metrics adds them up. Named before the code is
# read, which looks for it once.
METRICS = "PROMETHEUS_MULTIPROC_DIR"
OWN_METRICS = None
if METRICS not in os.environ:
    OWN_METRICS = tempfile.mkdtemp(prefix="traceapp-metrics-", dir=worker_tmp_dir)
    os.environ[METRICS] = OWN_METRICS

from traceapp.admission.first_run import print_code  # noqa: E402
from traceapp.codes.openings import EXTENSION, Openings  # noqa: E402
from traceapp.database.engine import db  # noqa: E402

wsgi_app = "wsgi:app"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# Read the code once and fork: a quicker start, less memory. create_app opens no connection, so
# none is shared between processes.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
# Signals are enough to steer it: no second door in the home folder, which a volume may be.
control_socket_disable = True
# The app logs each request itself; gunicorn says only what goes wrong.
accesslog = None
loglevel = "warning"


def when_ready(server: Arbiter) -> None:
    """Write the code of the first run into the log where nobody runs this installation yet.

    In the master, before it forks: the connection is let go of, so that no process shares it.
    """
    app = server.app.wsgi()
    if "traceapp" not in app.extensions:  # a benchmark serves another application like this
        return
    with app.app_context():
        print_code(sys.stderr)
        db.engine.dispose()


def post_worker_init(worker: Worker) -> None:
    """Let each process write how often it was asked for pages of codes, in groups."""
    if counting := _openings(worker):
        counting.start()


def worker_exit(_server: Arbiter, worker: Worker) -> None:
    """Let a process that ends write the rest."""
    if counting := _openings(worker):
        counting.stop()


def _openings(worker: Worker) -> Openings | None:
    app = worker.app.wsgi()
    return getattr(app, "extensions", {}).get(EXTENSION)  # a benchmark serves another application


def on_exit(_server: Arbiter) -> None:
    """Take the counts away with the server."""
    if OWN_METRICS is not None:
        shutil.rmtree(OWN_METRICS, ignore_errors=True)
