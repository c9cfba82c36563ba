"""Make `.venv` as the lock files say, and compile the message catalogues.

Plain python3 and its standard library: this runs before anything is installed. What is already
as the locks say is left alone, so a second start costs a few milliseconds.

usage: python3 -m tools.environment [--dev]
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
VENV = TOP / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
CATALOGUES = TOP / "traceapp" / "translations"
RUN_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"  # holds all of RUN_LOCK too


def main(arguments: list[str]) -> None:
    """Bring `.venv` and the catalogues up to date."""
    locks = [DEV_LOCK, RUN_LOCK] if "--dev" in arguments else [RUN_LOCK]
    wanted = {name: hashlib.sha256((TOP / name).read_bytes()).hexdigest() for name in locks}
    if not PYTHON.exists():
        make_venv()
    if not wanted.items() <= installed().items():
        print(f"Installing what {locks[0]} locks ...", flush=True)
        install(TOP / locks[0])
        STAMP.write_text(json.dumps(installed() | wanted), encoding="utf-8")
    compile_catalogues()


def installed() -> dict[str, str]:
    """Read which lock files, by their hash, have been installed."""
    if not STAMP.exists():
        return {}
    return dict(json.loads(STAMP.read_text(encoding="utf-8")))


def make_venv() -> None:
    """Make an empty `.venv` with pip in it."""
    print(f"Making .venv with Python {sys.version.split()[0]} ...", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        sys.exit(
            "Python's own venv does not work here (see above).\n"
            "On Debian or Ubuntu: sudo apt install python3-venv"
        )


def install(lock: Path) -> None:
    """Install with hashes checked, by uv where there is one (faster), else by pip."""
    if not (with_uv(lock) or with_pip(lock)):
        sys.exit(f"{lock.name} could not be installed (see above). Is there a network?")
    # Neither compiles well by itself: pip does it on one core, uv not at all.
    libraries = [str(path) for path in VENV.glob("lib/python*/site-packages")]
    subprocess.run([str(PYTHON), "-m", "compileall", "-q", "-j", "0", *libraries], check=False)


def with_uv(lock: Path) -> bool:
    """Install with uv; tell whether that worked."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    command = [uv, "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes"]
    return subprocess.run([*command, "-r", str(lock)], check=False).returncode == 0


def with_pip(lock: Path) -> bool:
    """Install with pip; tell whether that worked."""
    # The lock names all dependencies, so none is looked for.
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--no-compile", "-r", str(lock)]
    return subprocess.run(command, check=False).returncode == 0


def compile_catalogues() -> None:
    """Compile each message catalogue that changed since it was compiled."""
    for source in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        command = [str(PYTHON), "-m", "babel.messages.frontend", "-q", "compile"]
        subprocess.run([*command, "-i", str(source), "-o", str(target)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
