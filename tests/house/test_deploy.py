"""What `deploy/` and docs/operate.md say works: files parse, settings exist, commands run."""

import configparser
import importlib.util
import io
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
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
# Words of the Compose specification that this file uses; another one is looked up first.
OF_COMPOSE = {
    *("build", "cap_drop", "command", "depends_on", "env_file", "environment", "healthcheck"),
    *("image", "network_mode", "ports", "restart", "security_opt", "shm_size", "volumes"),
}


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
    words = shlex.split(service["ExecStart"].removeprefix("/srv/traceapp/.venv/bin/python "))
    assert words[0] == "-m"
    known = {"gunicorn", "traceapp.jobs.worker", "flask"}
    assert words[1] in known


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


def test_the_compose_file_names_what_exists() -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = told["services"]
    assert set(services) == {"app", "worker", "proxy", "database"}
    for name in ("app", "worker"):
        assert set(services[name]["environment"]) - settings() == set()
        assert (DEPLOY / services[name]["build"]["context"] / "deploy" / "Dockerfile").exists()
    mounted = [volume.split(":")[0] for volume in services["proxy"]["volumes"]]
    files = [name for name in mounted if name.endswith(".conf")]
    assert len(files) == 3
    assert [name for name in files if not (DEPLOY / name).exists()] == []
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in told["volumes"]


def test_what_the_compose_file_says_is_of_its_language_and_hangs_together() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    assert {name for name in told if not name.startswith("x-")} == {"name", "services", "volumes"}
    services = told["services"]
    for name, service in services.items():
        assert service.keys() <= OF_COMPOSE, name
        assert ("image" in service) or ("build" in service), name
        for other, wish in service.get("depends_on", {}).items():
            assert wish == {"condition": "service_healthy"}
            assert services[other]["healthcheck"]["test"][0] == "CMD", (name, other)
        shared = service.get("network_mode", "service:app").removeprefix("service:")
        assert shared in services
        assert not {"ports", "network_mode"} <= service.keys(), name
    used = {volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])}
    assert set(told["volumes"]) == {volume for volume in used if not volume.startswith("./")}
    head = text[: text.index("\nname:")]
    for asked in re.findall(r"\$\{([A-Z_]+)(?::\?[^}]*)?\}", text):
        assert f"{asked}=" in head, asked
    for script in (services["app"]["command"], services["worker"]["command"]):
        for module in re.findall(r"-m (?:exec )?([\w.]+)", " ".join(script)):
            assert importlib.util.find_spec(module) is not None, module


def is_left_out(path: str) -> bool:
    """Tell as Docker does: a pattern is of the whole path from the top, and of all inside."""
    patterns = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    written = (re.escape(one).replace(r"\*\*/", "(.*/)?") for one in patterns)
    return any(re.fullmatch(one.replace(r"\*", "[^/]*") + "(/.*)?", path) for one in written)


def test_the_image_takes_along_all_it_starts_and_no_secret() -> None:
    steps = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in steps if line[:1].isupper()]
    assert words[0] == "FROM"
    assert set(words) <= {"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "CMD"}
    assert words.index("COPY") < words.index("USER") < words.index("CMD")  # not as root
    for name in ("wsgi.py", "Makefile", "requirements.txt", "traceapp/app.py", "tools/icons.txt"):
        assert (TOP / name).exists(), name
        assert not is_left_out(name), name
    for secret in ("deploy/.env", "deploy/traceapp.env", ".env", "deploy/certificates/privkey.pem"):
        assert is_left_out(secret), secret
    assert all(map(is_left_out, ("instance/secret", ".git/config", "traceapp/__pycache__/a.pyc")))
    (target,) = re.findall(r"^RUN make (\w+)$", "\n".join(steps), re.MULTILINE)
    made = (TOP / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", made, re.MULTILINE)


def test_the_proxy_of_the_compose_file_is_the_documented_one(tmp_path: Path) -> None:
    page = (TOP / "docs" / "operators" / "nginx.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    for name, block in zip(("traceapp.conf", "traceapp-locations.conf"), blocks, strict=False):
        assert (DEPLOY / "nginx" / name).read_text(encoding="utf-8") == block
    assert ".venv/bin/python" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    openssl = shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("no nginx or openssl on this machine: apt install nginx-light openssl")
    certificate, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run(
        [openssl, *make, "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    for name in ("traceapp.conf", "traceapp-locations.conf", "server.conf"):
        text = (DEPLOY / "nginx" / name).read_text(encoding="utf-8")
        text = text.replace("/etc/nginx/certificates", str(tmp_path))
        text = text.replace("/etc/nginx/", f"{tmp_path}/").replace("/run/", f"{tmp_path}/")
        (tmp_path / name).write_text(text, encoding="utf-8")
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ access_log off;"
        f" include {tmp_path}/traceapp.conf; include {tmp_path}/server.conf; }}"
    )
    done = subprocess.run(
        [nginx, "-t", "-q", "-e", str(tmp_path / "error.log"), "-c", str(main)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_file_the_page_copies_exists() -> None:
    named = {
        word.removeprefix("/srv/traceapp/").rstrip("*")
        for line in SHELL
        for word in line.split()
        if word.startswith("/srv/traceapp/deploy")
    }
    assert len(named) >= 5
    assert [name for name in named if not (TOP / name).exists()] == []


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
