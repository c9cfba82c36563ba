"""docs/integrate.md as its reader runs it: real curl against a real server, from token to page."""

import json
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.accounts import person
from tests.bench.demo import clean_environ
from tests.bench.servers import free_port, gunicorn, serving
from tests.conftest import REQUIRE_ALL, AppMaker

PAGE = Path(__file__).resolve().parents[2] / "docs" / "integrate.md"
LACKING = [program for program in ("curl", "jq") if shutil.which(program) is None]
COMMANDS = re.compile(r"^```sh run\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def story() -> str:
    """Put the commands of the page into one script that stops at the first that fails."""
    commands = COMMANDS.findall(PAGE.read_text(encoding="utf-8"))
    assert len(commands) >= 6
    return "\n".join(["set -eu", *(f"{command}\necho '~~~'" for command in commands)])


@pytest.mark.skipif(bool(LACKING) and not REQUIRE_ALL, reason=f"not here: {', '.join(LACKING)}")
def test_the_story_of_the_page_runs_from_the_token_to_the_timeline(
    make_app: AppMaker, database_url: str, tmp_path: Path
) -> None:
    app = make_app()
    person(app, "lan")
    made = app.test_cli_runner().invoke(args=["tokens", "create", "--member", "lan"])
    token = made.output.strip()
    port = str(free_port())
    environ = clean_environ(
        PORT=port, DATABASE_URL=database_url, INSTANCE_DIR=str(tmp_path / "instance")
    )
    url = f"http://localhost:{port}"
    with serving(gunicorn(environ), environ, f"{url}/healthz"):
        done = subprocess.run(
            ["/bin/sh", "-c", story()],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "TRACEAPP": url, "TOKEN": token},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    *_, timeline, batch = [part for part in done.stdout.split("~~~\n") if part.strip()]
    told = json.loads(batch)
    assert told["balance"] == {"made": "240", "stock": "240"}
    assert told["missing"] == ["picture"]
    assert json.loads(timeline)["code"] == told["code"]
    (symbol,) = zxingcpp.read_barcodes(Image.open(BytesIO((tmp_path / "qr.png").read_bytes())))
    assert symbol.text.lower() == told["url"].lower()
