"""Forms of signed-in people: what was typed becomes the shape a schema takes, and faults go back.

A field's name is its place in that shape, with dots: `label.origin.vi`, `inputs.0.quantity`; in a
`Field` the number of a line is written `#`. What is left empty counts as not given. A form that is
refused shows everything again as it was typed, each fault beside its field.

    form = Form.sent(fields(), request.form)
    with form.trying(unique="name"):
        site_id = operations.add_site(producer_id, form.data())
        return redirect(..., code=303)
    return render_template("...", form=form), form.status
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from traceapp import problem
from traceapp.database.engine import db
from traceapp.web import form_values, problems
from traceapp.web.endpoints import problem_for
from traceapp.web.faults import CORRECT, NO_SUCH_FIELD, NOT_TEXT
from traceapp.web.sent_forms import OWN_FIELDS

Typed = dict[str, list[str]]

CORRECTABLE = (
    *(ValidationError, IntegrityError, problem.InvalidInput, problem.RefusedPhoto),
    *(problem.AlreadyExists, problem.ChangedMeanwhile, problem.ContentConflict),
)
_LINE = re.compile(r"(?<=\.)\d{1,3}(?=\.|$)", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
MOST_LINES = 200  # as many as a record may have


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice, in the reader's language."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form, in the reader's language.

    `kind`: text, lines, number, date, datetime, choice (a list to pull down), radio, tick, many
    (ticks), file, files, hidden; or a type of input such as tel. `follows` marks a field that
    alone does not make a line count, such as its unit. `suggested` is offered, not demanded.
    `wanted` is missed when it is empty, though that is no reason to refuse.
    """

    name: str
    label: str = ""
    kind: str = "text"
    hint: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    unit: str = ""
    longest: int | None = None
    suggested: tuple[str, ...] = ()
    autocomplete: str = "off"
    follows: bool = False
    wanted: bool = False


class Form:
    """The fields of a form, what stands in them, and what is wrong with it."""

    def __init__(self, fields: Sequence[Field], typed: Typed) -> None:
        self.fields = {field.name: field for field in fields}
        self.typed = typed
        self.errors: dict[str, list[str]] = {}
        self.meanwhile: dict[str, str] = {}
        self.copied: frozenset[str] = frozenset()
        self.status = 200
        self._places: dict[str, list[int]] = {}

    @classmethod
    def showing(cls, fields: Sequence[Field], record: Mapping[str, Any] | None = None) -> Self:
        """Make a form that shows a record; an empty one without."""
        form = cls(fields, {})
        form.typed = form._flat(record or {})
        return form

    @classmethod
    def sent(cls, fields: Sequence[Field], given: MultiDict[str, str]) -> Self:
        """Take a form as it was sent."""
        form = cls(fields, {})
        form.typed = {name: list(texts) for name, texts in given.lists() if name not in OWN_FIELDS}
        for name in filter(form.field, form.typed):
            given.getlist(name)  # looked at; `refuse_unread` finds the others
        return form

    def field(self, name: str) -> Field | None:
        """Give the field with this name; the number of a line stands for any."""
        return self.fields.get(_LINE.sub("#", name))

    def value(self, name: str) -> str:
        """Give what stands in a field."""
        return next(iter(self.typed.get(name, ())), "")

    def has(self, name: str, value: str) -> bool:
        """Tell whether an answer of a choice is chosen."""
        return value in self.typed.get(name, ())

    def count(self, group: str, least: int = 1) -> int:
        """Give how many lines of a group to show: those with something in them, or the least.

        Never more than a record may have, whatever number a name was sent with.
        """
        start = f"{group}."
        numbers = [
            name[len(start) :].split(".")[0] for name in self.typed if name.startswith(start)
        ]
        sent = (int(number) + 1 for number in numbers if _NUMBER.fullmatch(number))
        return min(max([least, *sent]), MOST_LINES)

    def faults(self) -> list[tuple[str, str, str]]:
        """List what is wrong for the top of the page, in its order: field (or ""), label, words."""
        places = {name: place for place, name in enumerate(self.fields)}
        found = []
        for name, words in sorted(
            self.errors.items(), key=lambda one: places.get(_LINE.sub("#", one[0]), -1)
        ):
            field = self.field(name)
            found += [(name, field.label if field else "", word) for word in words]
        return found

    def data(self) -> dict[str, Any]:
        """Give what was typed in the shape of the record. Raises ValidationError."""
        faults: dict[str, Any] = {}
        tree: dict[str, Any] = {}
        for name, texts in self.typed.items():
            field = self.field(name)
            if field is None:
                faults[name] = [NO_SUCH_FIELD]
            elif field.kind != "many" and len(texts) > 1:
                faults[name] = [NOT_TEXT]
            elif (value := form_values.read(field.kind, texts)) is not None:
                _put(tree, name.split("."), (value, field.follows))
        if faults:
            raise ValidationError(faults)
        for field in self.fields.values():
            if field.kind == "tick" and "#" not in field.name and field.name not in self.typed:
                _put(tree, field.name.split("."), (False, False))
        return self._settled(tree, "") or {}

    def trying(self, *, unique: str = "") -> "Attempt":
        """Try to save: what is wrong is noted at its field and nothing of it is kept.

        `unique` names the field that is to blame for a record that is already there.
        """
        return Attempt(self, unique)

    def refuse(self, error: Exception, *, unique: str = "") -> None:
        """Note what is wrong, in the reader's language, at the fields it concerns."""
        if isinstance(error, ValidationError):
            found: problem.Problem = problems.from_validation(error)
        elif isinstance(error, IntegrityError):
            found = problem_for(error)
        elif isinstance(error, problem.Problem):
            found = error
        else:
            raise error
        is_changed = isinstance(found, problem.ChangedMeanwhile)
        self.status = int(found.status) if is_changed else 422
        document = problems.as_document(found)
        for each in document.get("errors", ()):
            words = [each["message"]]
            if each["fix"] != problems.said(CORRECT):
                words.append(each["fix"])
            self.blame(self._name_at(each["pointer"]), " ".join(words))
        if not self.errors:
            name = unique if isinstance(found, problem.AlreadyExists) else ""
            self.blame(name, f"{document['title']}. {document['detail']}")

    def blame(self, name: str, words: str) -> None:
        """Note a fault at a field, or at the whole form."""
        self.status = max(self.status, 422) if self.status != 412 else 412  # noqa: PLR2004
        self.errors.setdefault(name, []).append(words)

    def compare(self, current: Mapping[str, Any]) -> None:
        """Show beside each field what it holds by now; sending again replaces that."""
        now = self._flat(current)
        for name in {**self.typed, **now}:
            field = self.field(name)
            if field is None or field.kind == "hidden":
                continue
            if self.typed.get(name, [""]) != now.get(name, [""]):
                labels = {option.value: option.label for option in field.options}
                self.meanwhile[name] = ", ".join(labels.get(t, t) for t in now.get(name, ())) or "–"
        if "version" in now:
            self.typed["version"] = now["version"]

    def _flat(self, record: Mapping[str, Any]) -> Typed:
        flat: Typed = {}
        for name, value in form_values.flattened(record, ""):
            whole = _LINE.sub("#", name)
            if whole in self.fields:
                flat[name] = [form_values.shown(self.fields[whole].kind, value)]
            elif whole.endswith(".#") and whole[:-2] in self.fields:
                flat.setdefault(whole[:-2], []).append(str(value))
        return {name: texts for name, texts in flat.items() if texts != [""]}

    def _settled(self, node: Any, name: str) -> Any:  # noqa: ANN401 - a tree of typed values
        """Turn (value, follows) leaves into values and numbered branches into lists."""
        if isinstance(node, tuple):
            return node[0]
        if not _is_filled(node):
            return None
        inner = {
            key: self._settled(node[key], f"{name}.{key}" if name else key)
            for key in sorted(node, key=lambda key: (len(key), key) if key.isdecimal() else (0, ""))
        }
        inner = {key: value for key, value in inner.items() if value is not None}
        if all(key.isdecimal() for key in inner):
            self._places[name] = [int(key) for key in inner]
            return list(inner.values())
        return inner

    def _name_at(self, pointer: str) -> str:
        """Find the field a pointer means: its own, the one it is in, or the first one inside."""
        name = ""
        for part in pointer.replace("/", ".").strip(".").split("."):
            places = self._places.get(name)
            if places is not None and part.isdecimal() and int(part) < len(places):
                name = f"{name}.{places[int(part)]}"
            else:
                name = f"{name}.{part}" if name else part
        while name:
            if self.field(name):
                return name
            numbered = _LINE.sub("#", name)
            inside = [each for each in self.fields if each.startswith(f"{numbered}.")]
            if inside:
                return name + inside[0][len(numbered) :].replace("#", "0")
            name = name.rpartition(".")[0]
        return ""


class Attempt:
    """A savepoint that ends in words at the fields where saving fails."""

    def __init__(self, form: Form, unique: str) -> None:
        self._form = form
        self._unique = unique
        self._savepoint = db.session.begin_nested()

    def __enter__(self) -> None:
        self._savepoint.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._savepoint.__exit__(kind, error, trace)
        if not isinstance(error, CORRECTABLE):
            return False
        self._form.refuse(error, unique=self._unique)
        return True


def _put(tree: dict[str, Any], path: Sequence[str], leaf: object) -> None:
    for key in path[:-1]:
        inner = tree.setdefault(key, {})
        if not isinstance(inner, dict):
            return  # a field that is also a group: its own declaration decides
        tree = inner
    tree[path[-1]] = leaf


def _is_filled(node: Any) -> bool:  # noqa: ANN401 - a tree of typed values
    if isinstance(node, tuple):
        return not node[1]
    return any(_is_filled(inner) for inner in node.values())
