"""What `deploy/` and docs/operators/containers.md say of containers, as far as no engine is needed.

`make containers` asks the rest of a real one.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.bench.servers import free_port
from tests.conftest import AppMaker
from tests.house.test_deploy import DEPLOY, TOP, settings
from tools import frontend

COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
STAGES = re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE)[1:]
PAGE = (TOP / "docs" / "operators" / "containers.md").read_text(encoding="utf-8")
# The release of PostgreSQL whose tools each release of Debian has.
TOOLS_OF = {"bookworm": 15, "trixie": 17}
# Words of the Compose specification that this file uses; another one is looked up first.
OF_COMPOSE = {
    *("build", "cap_add", "cap_drop", "command", "depends_on", "env_file", "environment"),
    *("healthcheck", "image", "init", "logging", "ports", "restart"),
    *("security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes"),
}


def test_the_compose_file_names_what_exists() -> None:
    told = yaml.safe_load(COMPOSE)
    services = told["services"]
    assert set(services) == {"app", "worker", "proxy", "database"}
    for name in ("app", "worker"):
        assert set(services[name]["environment"]) - settings() == set()
    assert (DEPLOY / services["app"]["build"]["context"] / "deploy" / "Dockerfile").exists()
    mounted = [volume.split(":")[0] for volume in services["proxy"]["volumes"]]
    files = [name for name in mounted if name.endswith(".conf")]
    assert len(files) == 3
    assert [name for name in files if not (DEPLOY / name).exists()] == []
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in told["volumes"]


def test_what_the_compose_file_says_is_of_its_language_and_hangs_together() -> None:
    told = yaml.safe_load(COMPOSE)
    assert {name for name in told if not name.startswith("x-")} == {"name", "services", "volumes"}
    services = told["services"]
    for name, service in services.items():
        assert service.keys() <= OF_COMPOSE, name
        assert ("image" in service) or ("build" in service), name
        for other, wish in service.get("depends_on", {}).items():
            assert wish == {"condition": "service_healthy"}
            assert services[other]["healthcheck"]["test"][0] == "CMD", (name, other)
    used = {volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])}
    assert set(told["volumes"]) == {volume for volume in used if not volume.startswith("./")}
    head = COMPOSE[: COMPOSE.index("\nname:")]
    for asked in re.findall(r"\$\{([A-Z_]+)(?::\?[^}]*)?\}", COMPOSE):
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
    words = re.findall(r"^[A-Z]+", DOCKERFILE, re.MULTILINE)
    assert set(words) <= {"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "CMD"}
    last = re.findall(r"^[A-Z]+", STAGES[-1], re.MULTILINE)
    assert last[-1 - last[::-1].index("COPY") :] == ["COPY", "USER", "ENV", "CMD"]  # not as root
    for name in ("wsgi.py", "Makefile", "requirements.txt", "traceapp/app.py", "tools/icons.txt"):
        assert (TOP / name).exists(), name
        assert not is_left_out(name), name
    for secret in ("deploy/.env", "deploy/traceapp.env", ".env", "deploy/certificates/privkey.pem"):
        assert is_left_out(secret), secret
    made_here = ("traceapp/__pycache__/a.pyc", "static/pwa/vendor/htm.js", "traceapp/a/messages.mo")
    assert all(map(is_left_out, ("instance/secret", ".git/config", "tests/lan.py", *made_here)))
    (target,) = set(re.findall(r"RUN make (\w+)", DOCKERFILE))
    made = (TOP / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", made, re.MULTILINE)


def test_what_the_image_holds_is_named_and_exists() -> None:
    copied = re.findall(r"^COPY (?:--from=made )?(.+) \S+$", STAGES[-1], re.MULTILINE)
    names = {name.removeprefix("/srv/traceapp/") for line in copied for name in line.split()}
    assert names >= {".venv", "static", "traceapp", "migrations", "wsgi.py", "pyproject.toml"}
    assert [name for name in names if not (TOP / name).exists()] == []
    assert not {".", "docs", "tests", "tools", "node_modules"} & names
    assert "make" not in STAGES[-1].split("WORKDIR")[0].split()


def test_the_tools_for_backups_are_not_older_than_the_server() -> None:
    (base,) = re.findall(r"^FROM (\S+:\S+)", DOCKERFILE, re.MULTILINE)
    assert all(stage.startswith("FROM base") for stage in STAGES[1:])
    server = int(SERVICES["database"]["image"].partition(":")[2].partition(".")[0])
    assert TOOLS_OF[base.rpartition("-")[2]] >= server


def test_no_image_is_made_without_icons_and_phone_app(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*, dev: bool) -> None:
        raise frontend.FetchError("no network")

    monkeypatch.setattr(frontend, "is_fresh", lambda _wanted, **_: False)
    monkeypatch.setattr(frontend, "fetch", fail)
    frontend.main([])
    with pytest.raises(SystemExit, match="not whole: no network"):
        frontend.main(["--strict"])


def test_app_and_proxy_meet_at_a_socket_and_share_no_network_that_a_restart_would_take_away() -> (
    None
):
    (volume,) = {"socket:/run/traceapp", "socket:/run/traceapp:ro"} & set(
        SERVICES["proxy"]["volumes"]
    )
    assert volume.removesuffix(":ro") in SERVICES["app"]["volumes"]
    (bound,) = re.findall(r"--bind unix:(\S+)", SERVICES["app"]["command"][-1])
    server = (DEPLOY / "nginx" / "server.conf").read_text(encoding="utf-8")
    assert f"server unix:{bound};" in server
    assert bound.startswith("/run/traceapp/")
    assert not [name for name, service in SERVICES.items() if "network_mode" in service]


def test_services_may_do_little_and_are_given_time_to_end() -> None:
    for name, service in SERVICES.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == "unless-stopped", name
        assert "max-size" in service["logging"]["options"], name
        if name != "database":
            assert service["cap_drop"] == ["ALL"], name
    for name in ("app", "worker"):
        assert service_ends_by_a_signal(SERVICES[name]), name
    assert "cap_add" not in SERVICES["app"]
    assert SERVICES["database"]["healthcheck"]["test"][2:4] == ["-h", "127.0.0.1"]


def service_ends_by_a_signal(service: dict[str, Any]) -> bool:
    """As process 1 it would not, while it is still being started."""
    return service["init"] is True and service["stop_grace_period"] == "30s"


def test_a_container_whose_server_does_not_answer_is_not_healthy() -> None:
    words = SERVICES["app"]["healthcheck"]["test"]
    assert not re.search(r"""[\s"'();]""", "".join(words))  # engines quote such words differently
    assert words[:4] == ["CMD", ".venv/bin/python", "-m", "traceapp.supervisor.alive"]
    nobody = [sys.executable, *words[2:4], f"127.0.0.1:{free_port()}"]
    assert subprocess.run(nobody, cwd=TOP, capture_output=True, check=False).returncode == 1


def test_one_service_builds_the_image_that_two_use() -> None:
    assert [name for name, service in SERVICES.items() if "build" in service] == ["app"]
    assert SERVICES["app"]["image"] == SERVICES["worker"]["image"]


def test_every_command_of_the_page_exists_and_is_asked_of_a_service(make_app: AppMaker) -> None:
    known = set(make_app().cli.commands) | {"db"}
    asked = re.findall(r"docker compose exec (?:-T )?(\w+) traceapp (\w[\w-]*)", PAGE)
    assert {command for _service, command in asked} >= {"backup", "drill", "doctor", "first-run"}
    assert {service for service, _command in asked} <= set(SERVICES)
    assert {command for _service, command in asked} <= known
    assert "app traceapp restore" in PAGE
    volumes = set(re.findall(r"traceapp_(\w+)", PAGE))
    assert volumes == {"instance", "database", "backups"}
    assert volumes <= set(yaml.safe_load(COMPOSE)["volumes"])


def test_the_files_of_the_proxy_are_the_documented_ones() -> None:
    page = (TOP / "docs" / "operators" / "nginx.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    names = ("traceapp.conf", "traceapp-locations.conf", "site.conf")
    for name, block in zip(names, blocks, strict=True):
        assert (DEPLOY / "nginx" / name).read_text(encoding="utf-8") == block


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
        text = text.replace("/etc/nginx/", f"{tmp_path}/")
        text = text.replace("/run/traceapp-pages", str(tmp_path / "pages"))
        (tmp_path / name).write_text(text, encoding="utf-8")
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ access_log off;"
        f" include {tmp_path}/server.conf; include {tmp_path}/traceapp.conf; }}"
    )
    done = subprocess.run(
        [nginx, "-t", "-q", "-e", str(tmp_path / "error.log"), "-c", str(main)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
