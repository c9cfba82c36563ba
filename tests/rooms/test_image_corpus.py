"""The pictures of Pillow's own source package, crashes and bombs among them, pass the pipeline.

The package is fetched once by pip, of the version installed, and kept in `.venv`; it is no part of
this project.
"""

import json
import subprocess
import sys
import tarfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REQUIRE_ALL, Tell

TOP = Path(__file__).resolve().parents[2]
KEPT = TOP / ".venv"
FEWEST = 1000
MOST_MEMORY_MB = 1024
MOST_RSS_MB = 400
SLOWEST_S = 20.0

# Reads paths, one a line; says what became of each. What kills it leaves its line unwritten.
PROCESS = """
import json, resource, sys, time
from pathlib import Path
from PIL import Image
import io
from traceapp.photos import imaging
from traceapp.printing.face import Face

TRACES = {"exif", "xmp", "icc_profile", "comment"}
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20,) * 2)
for line in sys.stdin:
    path, began = Path(line.rstrip("\\n")), time.monotonic()
    told = {"name": path.name, "traces": 0}
    try:
        data = path.read_bytes()
        imaging.inspect(data)
        made = imaging.derivatives(data, sample=False, face=Face())
        told["verdict"] = "accepted"
        for one in made:
            out = Image.open(io.BytesIO(one.data))
            told["traces"] += bool(out.getexif()) + len(TRACES & set(out.info))
    except imaging.RefusedImage as refused:
        told["verdict"] = f"refused: {refused.rule}"
    except Exception as crash:
        told["verdict"] = f"crash: {type(crash).__name__}: {crash}"
    told["seconds"] = time.monotonic() - began
    print(json.dumps(told), flush=True)
# Not ru_maxrss: that one carries over how large the process was that started this one.
status = Path("/proc/self/status").read_text()
peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
print(json.dumps({"rss_mb": int(peak.split()[1]) / 1024}))
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Unpack the pictures of the source package."""
    folder = tmp_path_factory.mktemp("corpus")
    with tarfile.open(_package()) as package:
        for entry in package:
            parts = Path(entry.name).parts
            if entry.isreg() and parts[1:3] == ("Tests", "images"):
                content = package.extractfile(entry)
                assert content is not None
                (folder / "-".join(parts[3:])).write_bytes(content.read())
    return sorted(folder.iterdir())


def _package() -> Path:
    version = metadata.version("pillow")
    kept = KEPT / f"pillow-{version}.tar.gz"
    if not kept.exists():
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--no-binary", "pillow", "--dest", str(KEPT), f"pillow=={version}"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if not kept.exists():
            words = f"Pillow's source package could not be fetched: {done.stderr[-300:]}"
            if REQUIRE_ALL:
                pytest.fail(words)
            pytest.skip(words)
    return kept


def passed_through(paths: list[Path]) -> tuple[list[dict[str, Any]], float]:
    """Give what became of each picture, and the most memory that was used."""
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, str(MOST_MEMORY_MB)],
        input="".join(f"{path}\n" for path in paths),
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    ended = f"ended with {done.returncode} after {told[-1:]}: {done.stderr[-500:]}"
    assert done.returncode == 0, ended
    return told[:-1], told[-1]["rss_mb"]


def test_every_picture_is_taken_or_refused_in_bounds_and_leaves_no_trace(
    corpus: list[Path], tell: Tell
) -> None:
    assert len(corpus) >= FEWEST
    told, rss_mb = passed_through(corpus)
    assert len(told) == len(corpus)
    assert [one for one in told if one["verdict"].startswith("crash")] == []
    accepted = [one for one in told if one["verdict"] == "accepted"]
    assert len(accepted) > 100
    assert [one["name"] for one in accepted if one["traces"]] == []
    assert rss_mb < MOST_RSS_MB
    assert max(one["seconds"] for one in told) < SLOWEST_S
    tell(f"{len(told)} pictures, {len(accepted)} taken, {rss_mb:.0f} MB at most")
