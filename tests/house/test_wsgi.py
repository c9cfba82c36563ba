"""What every command and server reads first."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ON_A_FILE = {"INSTANCE_DIR": f"{__file__}/instance"}
ASKED = "import gc, wsgi; print(gc.isenabled(), gc.get_freeze_count() > 100_000)"


def test_what_was_read_at_the_start_is_not_searched_for_litter_and_what_comes_later_is(
    tmp_path: Path,
) -> None:
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}", "INSTANCE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", ASKED]
    done = subprocess.run(command, env=environ, cwd=TOP, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True"]


def test_a_setting_that_cannot_be_used_is_said_in_one_line() -> None:
    asked = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"]
    done = subprocess.run(
        asked, env=ON_A_FILE, cwd=TOP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("INSTANCE_DIR: ")
    assert line.endswith("Make it, and give it to the account that runs Traceapp.")
