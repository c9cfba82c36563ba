"""A disk as slow as a small server's, made of a quick one.

The goals for single events were set where a disk takes 157 to 316 commits a second. One that takes
thousands says how long this program computes; how well it shares the waiting shows on a slow one.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure

FLUSH_MS = 5
SOURCE = Path(__file__).with_suffix(".c")


def figures(module: str) -> Iterator[Figure]:
    """Run a module whose lines are figures, where every flush takes `FLUSH_MS` longer.

    The module, and whatever it starts, is given another fsync and fdatasync. Gives nothing where
    there is no C compiler.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        return
    with tempfile.TemporaryDirectory(prefix="traceapp-slow-disk-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as somebody else
        library = Path(folder) / "slow_disk.so"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        environ = {
            **os.environ,
            "LD_PRELOAD": str(library),
            "SLOW_DISK_MICROSECONDS": str(FLUSH_MS * 1000),
        }
        with subprocess.Popen(
            [sys.executable, "-m", module], env=environ, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            for line in child.stdout:
                yield Figure(**json.loads(line))
    if child.returncode != 0:
        raise RuntimeError(f"{module} ended with {child.returncode}")
