"""Make the npm lock files again, without addresses: each reader's own registry serves.

usage: python3 -m tools.relock
"""

import json
import os
import subprocess
from pathlib import Path

from tools.node import TOP, node_folder

ADDRESSES = ("resolved", "funding")


def main() -> None:
    """Resolve both package.json files anew and strip every address from the locks."""
    folder = node_folder()
    environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    for place in (TOP, TOP / "tools" / "browser"):
        command = [str(folder / "npm"), "install", "--package-lock-only", "--ignore-scripts"]
        subprocess.run([*command, "--no-audit"], cwd=place, env=environ, check=True)
        strip(place / "package-lock.json")


def strip(lock: Path) -> None:
    """Drop the addresses; each package stays pinned by version and hash."""
    content = json.loads(lock.read_text(encoding="utf-8"))
    for package in content["packages"].values():
        for name in ADDRESSES:
            package.pop(name, None)
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
