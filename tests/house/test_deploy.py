"""What `deploy/` and docs/operate.md say works: files parse, settings exist, commands run."""

import configparser
import io
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import AppMaker

TOP = Path(__file__).resolve().parents[2]
DEPLOY = TOP / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
OPERATE = (TOP / "docs" / "operate.md").read_text(encoding="utf-8")
SHELL = [
    line
    for block in re.findall(r"```sh\n(.*?)```", OPERATE, re.DOTALL)
    for line in block.splitlines()
]
# Read by gunicorn and prometheus-client, not by us.
OF_OTHERS = {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "POSTGRES_PASSWORD"}


def settings() -> set[str]:
    text = (TOP / "docs" / "operators" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)) | OF_OTHERS


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(path, encoding="utf-8")
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_whole_and_starts_what_exists(path: Path) -> None:
    read = unit(path)
    assert read["Unit"]["Description"].startswith("Traceapp, ")
    if path.suffix == ".timer":
        assert path.with_suffix(".service").exists()
        assert read["Timer"]["Persistent"] == "true"
        return
    service = read["Service"]
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert (service["User"], service["UMask"]) == ("traceapp", "0077")
    if "Restart" in service:
        assert (service["Restart"], read["Unit"]["StartLimitIntervalSec"]) == ("always", "0")
    words = shlex.split(service["ExecStart"].removeprefix("/srv/traceapp/.venv/bin/python "))
    assert words[0] == "-m"
    known = {"gunicorn", "traceapp.jobs.worker", "flask"}
    assert words[1] in known


def test_the_nightly_backup_keeps_as_many_as_the_settings_say() -> None:
    service = unit(DEPLOY / "systemd" / "traceapp-backup.service")["Service"]
    assert service["ExecStart"].endswith("backup --to /var/backups/traceapp --keep ${BACKUPS_KEPT}")
    (by_default,) = re.findall(
        r"^#BACKUPS_KEPT='(\d+)'", (DEPLOY / "traceapp.env.example").read_text(), re.MULTILINE
    )
    assert service["Environment"] == f"BACKUPS_KEPT={by_default}"
    assert f"traceapp backup --to /var/backups/traceapp --keep {by_default}" in SHELL


def test_systemd_finds_nothing_wrong() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine; the units were read by themselves")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    about_us = [line for line in done.stderr.splitlines() if "traceapp" in line]
    there_later = ("is not executable", "No such file", "not found", "Failed to create")
    assert [line for line in about_us if not any(words in line for words in there_later)] == []


def test_every_setting_of_the_example_exists_and_none_is_a_secret() -> None:
    text = (DEPLOY / "traceapp.env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    assert {"PUBLIC_URL", "INSTANCE_DIR", "DATABASE_URL", "SMTP_URL", "METRICS_TOKEN"} <= named
    assert named - settings() == set()
    assert "SECRET_KEY=" not in text


def test_what_the_page_installs_with_names_what_is_there() -> None:
    assert "/srv/traceapp/deploy/install trace.example.vn" in SHELL
    install = DEPLOY / "install"
    subprocess.run(["sh", "-n", str(install)], check=True)
    assert os.access(install, os.X_OK)
    text = install.read_text(encoding="utf-8")
    files = {path.relative_to(DEPLOY).as_posix() for path in DEPLOY.glob("nginx/*")}
    assert files - set(re.findall(r"nginx/[a-z-]+\.conf", text)) == {"nginx/server.conf"}
    assert [path.name for path in UNITS if path.suffix == ".timer" and path.name not in text] == []
    for name in ("nginx/site.conf", "traceapp.env.example"):  # it writes the real name into them
        assert "trace.example.vn" in (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["", "localhost", "Trace.example.vn", "a/b.vn", "a.vn;b"])
def test_nothing_is_installed_without_a_name_that_a_server_can_have(name: str) -> None:
    if Path("/etc/traceapp/traceapp.env").exists():
        pytest.skip("Traceapp is installed on this machine")
    asked = [str(DEPLOY / "install"), name]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "deploy/install trace.example.vn" in done.stderr


def test_every_metric_the_page_names_exists() -> None:
    source = "".join(
        (TOP / "traceapp" / path).read_text(encoding="utf-8")
        for path in ("upkeep/metrics.py", "web/meters.py")
    )
    named = set(re.findall(r"`(traceapp_[a-z_]+)`", OPERATE))
    assert len(named) > 10
    assert [name for name in named if name.removesuffix("_total") not in source] == []


def test_every_command_of_the_page_exists(make_app: AppMaker) -> None:
    commands = make_app().cli
    named = {line.split()[1] for line in SHELL if line.startswith("traceapp ")}
    assert {"backup", "drill", "restore", "doctor", "db", "first-run"} <= named
    assert named - set(commands.commands) - {"db"} == set()


def test_the_commands_of_the_page_run_one_after_the_other(tmp_path: Path) -> None:
    """On a new installation: its page's own lines, with other folders."""
    env_file = tmp_path / "traceapp.env"

    def ask(line: str, instance: str) -> subprocess.CompletedProcess[str]:
        env_file.write_text(f"INSTANCE_DIR='{tmp_path / instance}'\nDATABASE_URL=\n")
        words = shlex.split(line.replace("/var/backups/traceapp", str(tmp_path / "backups")))
        environ = {**os.environ, "TRACEAPP_ENV": str(env_file), "TRACEAPP_HOME": str(TOP)}
        return subprocess.run(
            ["sh", str(DEPLOY / "traceapp"), *words[1:]],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    lines = {line.split()[1]: line for line in SHELL if line.startswith("traceapp ")}
    assert ask("traceapp db upgrade", "one").returncode == 0
    storage = tmp_path / "one" / "storage" / "originals"
    storage.mkdir(parents=True)
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    (storage / "one").write_bytes(picture.getvalue())
    for name in ("first-run", "drill", "backup"):
        done = ask(lines[name], "one")
        assert done.returncode == 0, (name, done.stderr)
    (made,) = (tmp_path / "backups").iterdir()
    line = re.sub(r"traceapp-\d{8}T\d{6}Z\.tar\.gz", made.name, lines["restore"])
    done = ask(line, "two")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "two" / "storage" / "originals" / "one").exists()
    done = ask(lines["doctor"], "two")
    assert "last backup: never" in done.stdout
    assert done.returncode in {0, 1}
