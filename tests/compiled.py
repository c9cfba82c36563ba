"""What is compiled once a process: every test makes an application of its own, of the same code.

Werkzeug compiles a function for each route's addresses, Jinja one for each template, SQLAlchemy the
text of each statement; together they are most of what a small test would take. All of them are the
same for all applications.
"""

import gc
from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
BUILDERS: dict[tuple[object, ...], Builder] = {}


class KnownRoute(Rule):
    """A route that takes the function it would compile from an equal one."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        key = (self.rule, self.subdomain, repr(self.defaults), append_unknown)
        if key not in BUILDERS:
            BUILDERS[key] = super()._compile_builder(append_unknown)
        return BUILDERS[key]


class KnownTemplates(BytecodeCache):
    """Templates by their name and text."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template of this name and text, where it is known."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


class KnownStatements(dict[Any, Any]):
    """Statements by their shape and the name of their dialect; an engine asks with its own one."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Give a compiled statement, where it is known."""
        dialect, *shape = key
        return super().get((dialect.name, *shape), default)

    def __setitem__(self, key: Any, statement: Any) -> None:
        dialect, *shape = key
        super().__setitem__((dialect.name, *shape), statement)


STATEMENTS = KnownStatements()


def know_statements(connection: Connection) -> None:
    """Let a connection look where all others do."""
    connection.execution_options(compiled_cache=STATEMENTS)


def compile_once() -> None:
    """Let all applications of this process share what they compile."""
    event.listen(Engine, "engine_connect", know_statements)
    Flask.url_rule_class = KnownRoute
    Flask.jinja_options = {"bytecode_cache": KnownTemplates()}


def look_for_litter_seldom() -> None:
    """Leave out of the search what is there to stay: all modules and all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
