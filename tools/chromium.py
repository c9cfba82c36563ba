"""Find a Chromium for the tests, or install one; prints its path as the last line.

In this order: `$CHROME`; a browser on PATH; on Debian and Ubuntu, as root, the package
chromium-headless-shell, else chromium; the npm package @sparticuz/chromium by the lock in
`tools/browser/`, which carries the browser in itself (Linux on x86-64). A headless shell comes
first: it draws the same pages without the windows around them, which nobody sees in a test and
which take two fifths of the processor time. Plain python3 and its standard library.

usage: python3 -m tools.chromium
"""

import os
import platform
import shutil
import subprocess
import sys

from tools.node import TOP, NodeMissingError, node_folder

NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
DEBIAN = ("chromium-headless-shell", "chromium")
PACKAGE = TOP / "tools" / "browser"
UNPACKED = PACKAGE / "node_modules" / ".unpacked"


def main() -> None:
    """Print the browser's path; exit with what to do where there is none."""
    found = find() or install_with_apt() or install_with_npm()
    if found is None:
        sys.exit(
            "The tests need Chromium, and it could not be installed here.\n"
            "Install it, or set CHROME to the path of a Chromium or Chrome."
        )
    print(found)


def find() -> str | None:
    """Find a browser that is already here."""
    given = os.environ.get("CHROME")
    if given:
        if shutil.which(given) is None:
            sys.exit(f"CHROME={given} is not a program.")
        return given
    unpacked = UNPACKED / "start"
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    return on_path or (str(unpacked) if unpacked.exists() else None)


def install_with_apt() -> str | None:
    """Install one of Debian's packages; needs root."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-yq", "--no-install-recommends"]

    def succeeds(command: list[str]) -> bool:
        return not subprocess.run(command, env=environ, stdout=sys.stderr, check=False).returncode

    if not succeeds(["apt-get", "update", "-q"]):
        return None
    for package in DEBIAN:
        say(f"Installing Debian's package {package} with apt-get ...")
        if succeeds([*install, package]):
            return shutil.which(package)
    return None


def install_with_npm() -> str | None:
    """Install and unpack the browser that an npm package carries."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return None
    say("Installing Chromium from the npm package @sparticuz/chromium ...")
    try:
        folder = node_folder()
    except NodeMissingError as error:
        say(str(error))
        return None
    environ = {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "TMPDIR": str(UNPACKED),
    }
    fetch = [str(folder / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    unpack = [str(folder / "node"), "unpack.mjs"]
    for command in (fetch, unpack):
        UNPACKED.mkdir(parents=True, exist_ok=True)
        if subprocess.run(
            command, cwd=PACKAGE, env=environ, stdout=sys.stderr, check=False
        ).returncode:
            return None
    return str(UNPACKED / "start")


def say(words: str) -> None:
    """Tell the person at the terminal; standard output is for the path alone."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
