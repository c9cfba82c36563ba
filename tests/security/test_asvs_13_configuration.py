"""What is not for the world is not on the web; what is secret is told nowhere.

OWASP ASVS 5.0, chapter 13.
"""

import pytest

from tests.conftest import AppMaker
from tests.security.town import ON_ONE_DATABASE, Town, routes
from traceapp.config import BadSettingError

CLOSED = (
    *("/.git/HEAD", "/.git/config", "/.env", "/.venv/pyvenv.cfg", "/wsgi.py", "/instance/"),
    *("/instance/secret_key", "/instance/traceapp.db", "/traceapp.db", "/backup.tar", "/storage/"),
    *("/static/", "/static", "/static/css/", "/static/pwa/", "/media/", "/media", "/log/"),
    *("/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/..%2fwsgi.py"),
    *("/static//etc/passwd", "/static/%2fetc/passwd"),
    *("/media/../secret_key", "/media/%2e%2e%2fsecret_key", "/console", "/debug", "/admin"),
    *("/server-status", "/phpinfo.php", "/actuator", "/swagger", "/graphql", "/.DS_Store"),
    *("/package.json", "/pyproject.toml", "/Makefile", "/requirements.txt", "/gunicorn.conf.py"),
    *("/static/.git/HEAD", "/static/pwa/../../pyproject.toml", "/.well-known/", "/api/", "/api/v1"),
)


@ON_ONE_DATABASE
@pytest.mark.parametrize("path", CLOSED)
def test_asvs_13_4_1_and_13_4_3_nothing_of_the_checkout_and_no_folder_is_served(
    town: Town, path: str
) -> None:
    answer = town.app.test_client().get(path, buffered=True)
    assert answer.status_code in {400, 401, 404, 308}, path
    assert "Index of" not in answer.text
    assert b"secret" not in answer.data.lower() or answer.status_code == 404


@ON_ONE_DATABASE
def test_asvs_13_4_5_the_meters_are_not_for_strangers(town: Town) -> None:
    for stranger in ("203.0.113.9", "10.0.0.8"):
        answer = town.app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": stranger})
        assert answer.status_code in {401, 403, 404}
        assert "# HELP" not in answer.text
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    answer = town.app.test_client().get(
        "/metrics", headers=forwarded, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert "# HELP" not in answer.text


@ON_ONE_DATABASE
def test_asvs_13_4_2_and_16_5_1_no_answer_shows_how_it_is_made(town: Town) -> None:
    assert not town.app.debug
    reader, secret = town.app.test_client(), town.app.config["SECRET_KEY"]
    for route in routes(town.app):
        for values, query in (
            (town.lan.values, "?debug=1&__debugger__=yes&cmd=resource"),
            (town.lan.values | town.lan.made_up, ""),
        ):
            path = route.path(values)
            answer = reader.get(path + query, buffered=True)
            for word in (secret, "Traceback", "sqlalchemy", "site-packages", '.py"', "jinja2"):
                assert word.encode() not in answer.data, (path, word)


CANARY = "the canary of the secret key, quite long"


def test_asvs_13_3_1_no_secret_of_the_settings_is_told_by_a_page_or_a_log(
    make_app: AppMaker, capfd: pytest.CaptureFixture[str]
) -> None:
    app = make_app(SECRET_KEY=CANARY)
    reader = app.test_client()
    for path in ("/", "/healthz", "/sign-in", "/report", "/nowhere", "/problems", "/api/docs"):
        assert CANARY not in reader.get(path).text
    assert CANARY not in repr(app.extensions["traceapp"])  # a log may print the settings
    said = capfd.readouterr()
    assert CANARY not in said.out + said.err


@pytest.mark.parametrize("secret", ["short", "x" * 31])
def test_asvs_13_3_1_a_secret_that_can_be_guessed_is_refused(
    make_app: AppMaker, secret: str
) -> None:
    with pytest.raises(BadSettingError):
        make_app(SECRET_KEY=secret)
