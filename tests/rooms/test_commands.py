"""`flask --app wsgi ...`, as a person runs it: what goes wrong is said in words."""

import click
from flask import Flask
from flask.cli import AppGroup

from tests.rooms.test_code_commands import issued
from traceapp import problem
from traceapp.cli import GROUPS, PlainSpoken
from traceapp.web.endpoints import transaction


def test_the_commands_of_every_room_are_there_with_their_help(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["--help"]).output
    for group in GROUPS:
        assert f"  {group.name} " in told
        assert (group.help or "")[:30] in told


def test_a_problem_is_told_with_what_to_do_and_ends_with_status_1(app: Flask) -> None:
    @click.command("wait")
    def wait() -> None:
        raise problem.Busy

    done = app.test_cli_runner().invoke(PlainSpoken("any", commands=[wait]), ["wait"])
    assert (done.exit_code, done.output) == (
        1,
        "Error: Busy for a moment. Nothing was saved. Please send it again in a few seconds.\n",
    )


def test_each_finding_of_a_problem_is_told(app: Flask) -> None:
    code = issued(app)
    done = app.test_cli_runner().invoke(args=["codes", "set-state", code, "moved", "--to", code])
    assert done.exit_code == 1
    assert done.output.startswith("Error: Some of this needs correcting. ")
    assert "\n/to: A code can lead only to another code" in done.output
    assert "{" not in done.output


def test_the_reason_of_a_refusal_is_told(app: Flask) -> None:
    group = AppGroup("any")

    @group.command("refuse")
    def refuse() -> None:
        with transaction():
            raise problem.DemoRefused(reason="A real producer is {here}.")

    asked = PlainSpoken("any", commands=group.commands)
    done = app.test_cli_runner().invoke(asked, ["refuse"])
    assert "The demo data was not loaded. A real producer is {here}.\n" in done.output
