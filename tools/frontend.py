"""Fetch what pages draw with and the phone app runs on, by package-lock.json.

The packages land in `node_modules`, what is used of them in `static/vendor/` (the icons that
`tools/icons.txt` names, as SVG files, and the faces in FACES) and in `static/pwa/vendor/` (the
libraries of the phone app); git ignores all three. The server also starts without them, with
words in place of icons and without the phone app; then this says so and ends well.

usage: python3 -m tools.frontend [--dev | --strict]
    --dev     also install what only tests and measures need, and fail where that cannot be done
    --strict  fail where the packages cannot be had
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import app_modules
from tools.node import NodeMissingError, node_folder

TOP = Path(__file__).resolve().parent.parent
PACKAGES = TOP / "node_modules"
VENDOR = TOP / "static" / "vendor"
STAMP = PACKAGES / ".installed.json"
ICON_NAMES = TOP / "tools" / "icons.txt"
ICON_SET = PACKAGES / "@iconify-json" / "lucide"
FACE = PACKAGES / "@expo-google-fonts" / "be-vietnam-pro"
FACES = ("400Regular", "600SemiBold", "700Bold")
INPUTS = (TOP / "package-lock.json", ICON_NAMES, Path(__file__), Path(app_modules.__file__))
STROKE = (
    'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    ' stroke-width="2"'
)
LICENCE_OF_ICONS = (
    "Icons: Lucide, ISC licence, (c) Lucide Contributors and Cole Bemis (Feather, MIT).\n"
)
FETCH_SECONDS = 120


class FetchError(RuntimeError):
    """npm could not fetch the locked packages."""


def main(arguments: list[str]) -> None:
    """Bring `static/vendor/` up to date; `--dev` and `--strict` fail where that cannot be done."""
    dev = "--dev" in arguments
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in INPUTS)).hexdigest()
    if is_fresh(wanted, dev=dev):
        return
    try:
        fetch(dev=dev)
    except (NodeMissingError, FetchError) as error:
        if dev:
            sys.exit(f"Tests need the npm packages: {error}.")
        if "--strict" in arguments:
            sys.exit(f"Without icons and phone app this is not whole: {error}.")
        print(
            f"Without icons and phone app for now: {error}.\n`make icons` tries again.", flush=True
        )
        return
    copy_icons(icon_names())
    copy_faces()
    app_modules.copy()
    STAMP.write_text(json.dumps({"hash": wanted, "dev": dev}), encoding="utf-8")


def is_fresh(wanted: str, *, dev: bool) -> bool:
    """Tell whether the last fetch was of the same lock, and with the tools that `dev` asks for."""
    if not STAMP.exists() or not (VENDOR / "icons").exists() or not app_modules.is_there():
        return False
    last = json.loads(STAMP.read_text(encoding="utf-8"))
    return last["hash"] == wanted and (last["dev"] or not dev)


def fetch(*, dev: bool) -> None:
    """Install the locked packages into `node_modules`; raises FetchError or NodeMissingError."""
    folder = node_folder()
    print("Fetching icons, fonts and the libraries of the phone app ...", flush=True)
    command = [str(folder / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    command += ["--loglevel=error", "--fetch-retries=1", *([] if dev else ["--omit=dev"])]
    environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(command, cwd=TOP, env=environ, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"npm did not answer within {FETCH_SECONDS} s") from error
    if done.returncode:
        raise FetchError("npm ci failed (see above)")


def icon_names() -> dict[str, str]:
    """Read which icon of the set stands for each of our words."""
    lines = ICON_NAMES.read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    return {entry[0]: entry[-1] for entry in words}


def copy_icons(names: dict[str, str]) -> None:
    """Write one SVG file for each of our words; a name the set does not hold is an error."""
    icons = json.loads((ICON_SET / "icons.json").read_text(encoding="utf-8"))
    folder = VENDOR / "icons"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    box = f"0 0 {icons['width']} {icons['height']}"
    for word, name in names.items():
        found = icons["icons"].get(name)
        if found is None:
            sys.exit(f"tools/icons.txt: the icon set holds no “{name}”.")
        # Said once for the whole icon, the stroke costs a page less.
        body = found["body"].replace(f" {STROKE}", "")
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {STROKE}>{body}</svg>\n'
        (folder / f"{word}.svg").write_text(svg, encoding="utf-8")
    (folder / "LICENSE").write_text(LICENCE_OF_ICONS, encoding="utf-8")


def copy_faces() -> None:
    """Copy the faces and their licence."""
    folder = VENDOR / "fonts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for face in FACES:
        shutil.copy(FACE / face / f"BeVietnamPro_{face}.ttf", folder)
    shutil.copy(FACE / "LICENSE_FONT", folder / "OFL.txt")


if __name__ == "__main__":
    main(sys.argv[1:])
