"""What every command and server reads first."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ASKED = "import gc, wsgi; print(gc.isenabled(), gc.get_freeze_count() > 100_000)"


def test_what_was_read_at_the_start_is_not_searched_for_litter_and_what_comes_later_is(
    tmp_path: Path,
) -> None:
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}", "INSTANCE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", ASKED]
    done = subprocess.run(command, env=environ, cwd=TOP, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True"]
