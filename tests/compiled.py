"""What is compiled once a process: every test makes an application of its own, of the same code.

Werkzeug compiles each route, Jinja each template, SQLAlchemy the text of each statement, and
gettext reads the catalogues; together they are most of what a small test would take. All of them
are the same for all applications.
"""

import gc
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from babel.support import NullTranslations, Translations
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.orm import Mapper
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.matcher import StateMachineMatcher

from traceapp.database import asking, bulk

T = TypeVar("T")
COMPILED = ("_parts", "_trace", "_converters")
ROUTES: dict[tuple[object, ...], Rule] = {}


class KnownRoute(Rule):
    """A route that takes what it would compile from an equal one."""

    def compile(self) -> None:
        """Compile the first of equal routes."""
        assert self.map is not None
        converters = tuple(self.map.converters.items())
        key = (self.rule, self.subdomain, repr(self.defaults), self.merge_slashes, converters)
        known = ROUTES.setdefault(key, self)
        if known is self:
            return super().compile()
        for name in COMPILED:
            setattr(self, name, getattr(known, name))
        self.arguments |= known.arguments
        for name in ("_build", "_build_unknown"):
            setattr(self, name, getattr(known, name).__func__.__get__(self, None))
        return None


RULE = (
    *("rule", "endpoint", "subdomain", "host", "strict_slashes", "merge_slashes", "build_only"),
    *("websocket", "alias", "redirect_to", "provide_automatic_options"),
)
MAPS: dict[tuple[object, ...], tuple[StateMachineMatcher, dict[Any, list[Rule]]]] = {}


class KnownMap(Map):
    """The routes of an application, put together once for all that have the same ones.

    That is done when an address is first looked up. A route more, or a converter of another kind,
    makes another map.
    """

    def __init__(self, *options: Any, **named: Any) -> None:
        self._added: list[Rule] = []
        super().__init__(*options, **named)

    def add(self, rulefactory: RuleFactory) -> None:
        """Keep routes until one is asked for."""
        self._added.extend(rulefactory.get_rules(self))
        self._remap = True

    def update(self) -> None:
        """Put the routes together, unless that was done for others."""
        if not self._remap:
            return
        with self._remap_lock:
            key = (
                *(self.host_matching, self.default_subdomain, self.redirect_defaults),
                *(self.strict_slashes, self.merge_slashes, tuple(self.converters.items())),
                *map(_told, self._added),
            )
            if key not in MAPS:
                MAPS[key] = self._put_together()
            self._matcher, self._rules_by_endpoint = MAPS[key]
            self._remap = False

    def _put_together(self) -> tuple[StateMachineMatcher, dict[Any, list[Rule]]]:
        matcher, by_endpoint = StateMachineMatcher(self.merge_slashes), defaultdict(list)
        for rule in self._added:
            rule.bind(self, rebind=True)
            if not rule.build_only:
                matcher.add(rule)
            by_endpoint[rule.endpoint].append(rule)
        matcher.update()
        for rules in by_endpoint.values():
            rules.sort(key=lambda rule: rule.build_compare_key())
        return matcher, dict(by_endpoint)


def _told(rule: Rule) -> tuple[object, ...]:
    """Tell all that a route says."""
    methods = rule.methods and frozenset(rule.methods)
    return (methods, repr(rule.defaults), *(getattr(rule, name, None) for name in RULE))


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
DIALECTS: dict[str, Dialect] = {}
PREPARING = ((asking, "_prepared"), (bulk, "_into"), (bulk, "_processors"), (bulk, "_types"))


def of_any_engine(prepare: Callable[..., T]) -> Callable[..., T]:
    """Let what is kept for one dialect serve all of its name; each engine has one of its own."""

    def prepared(*asked: Any) -> T:
        return prepare(*(one(it) if isinstance(it, Dialect) else it for it in asked))

    def one(dialect: Dialect) -> Dialect:
        return DIALECTS.setdefault(dialect.name, dialect)

    return prepared


def know_statements(connection: Connection) -> None:
    """Let a connection look where all others do."""
    connection.execution_options(compiled_cache=STATEMENTS)


CATALOGUES: dict[tuple[object, ...], NullTranslations] = {}
read_catalogue = Translations.load


def known_catalogue(
    dirname: str | None = None, locales: Any = None, domain: str | None = None
) -> NullTranslations:
    """Read a catalogue once: whoever takes it copies what is in it."""
    key = (dirname, str(locales), domain)
    if key not in CATALOGUES:
        CATALOGUES[key] = read_catalogue(dirname, locales, domain)
    return CATALOGUES[key]


def compile_once() -> None:
    """Let all applications of this process share what they compile."""
    event.listen(Engine, "engine_connect", know_statements)
    Mapper._compiled_cache = STATEMENTS  # type: ignore[assignment]  # of what it writes
    for module, name in PREPARING:
        setattr(module, name, of_any_engine(getattr(module, name)))
    Translations.load = known_catalogue  # type: ignore[method-assign, assignment]
    Flask.url_rule_class, Flask.url_map_class = KnownRoute, KnownMap
    Flask.jinja_options = {"bytecode_cache": KnownTemplates()}


def look_for_litter_seldom() -> None:
    """Leave out of the search what is there to stay: all modules and all tests."""
    gc.collect()
    gc.freeze()
    gc.enable()
