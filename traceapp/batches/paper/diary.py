"""The diary of a season in the tables of VietGAP (TCVN 11892-1), as a paper to sign and file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from flask_babel import gettext as _

from traceapp import problem
from traceapp.batches.paper import faces
from traceapp.batches.paper.diary_facts import DiaryFacts, Entry, Line, facts_of
from traceapp.database.folding import fold
from traceapp.printing import table_paper
from traceapp.printing.table_paper import Column, Paper, Table
from traceapp.producers.models import Season
from traceapp.trace.crops import crop_of
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.wording import number
from traceapp.trace.words import Words
from traceapp.web import languages
from traceapp.web.pages import day

Cell = Callable[[Entry], str]
LIVESTOCK = "livestock"


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of steps: its head and what of a step stands in it."""

    column: Column
    cell: Cell


def as_pdf(season: Season, static: Path, now: datetime) -> bytes:
    """Write the diary of a season as PDF. Raises NotSetUp where no Vietnamese face was fetched."""
    face = faces.typeface(static)
    if face is None:
        raise problem.NotSetUp
    return table_paper.pdf(paper_of(facts_of(season), now), face)


def paper_of(facts: DiaryFacts, now: datetime) -> Paper:
    """Write the diary in the reader's language."""
    ground = facts.ground
    return Paper(
        _("Production diary · %(season)s", season=ground.season.name),
        list(_heading(facts)),
        (
            _steps_table(
                _("Form 1. Soil, water and produce tested for safety"), _tests(), facts.tested
            ),
            _steps_table(_("Form 2. Inputs bought or made"), _purchases(), facts.bought),
            _steps_table(_("Form 3. Diary of the work"), _work(facts), facts.steps),
            _goods_table(facts),
        ),
        _("%(producer)s · printed on %(day)s", producer=ground.producer.name, day=day(now)),
        languages.current(),
    )


def _heading(facts: DiaryFacts) -> Iterator[tuple[str, str]]:
    ground = facts.ground
    plot, season = ground.plot, ground.season
    yield _("Producer"), ground.producer.name
    place = f"{ground.site.name}, {ground.producer.commune_kind} {ground.producer.commune}"
    yield _("Address"), f"{place}, {ground.producer.province}"
    yield _("Household"), plot.household or _("not said")
    yield _("Plot or pen"), plot.name
    yield _("Area"), f"{_figure(plot.area_m2)} m²" if plot.area_m2 else _("not said")
    yield _("Planting-area code"), plot.planting_area_code or _("none")
    crop = crop_of(fold(season.crop))
    yield _("Crop or animals"), _pick(crop.name) if crop else season.crop
    ended = day(season.ended_on) if season.ended_on else _("going on")
    yield _("From – to"), f"{day(season.started_on)} – {ended}"
    if facts.corrected:
        yield _("Corrected records"), _("%(number)s, left out here", number=facts.corrected)


def _steps_table(title: str, shown: Sequence[Shown], steps: Sequence[Entry]) -> Table:
    rows = [[one.cell(step) for one in shown] for step in steps]
    return Table(title, [one.column for one in shown], rows, _("Nothing recorded."))


def _tests() -> list[Shown]:
    return [
        _when(),
        Shown(Column(_("What was tested"), 2), _of_any("sample_of", "test", "tests")),
        Shown(Column(_("Sample, report"), 1.4), _of_any("sample_code", "report_no")),
        Shown(Column(_("Laboratory"), 1.6), _of("lab")),
        Shown(Column(_("Result"), is_number=True), _of("value")),
        Shown(Column(_("Limit"), is_number=True), _of("limit")),
        Shown(Column(_("Verdict")), _of("verdict")),
        _who(),
    ]


def _purchases() -> list[Shown]:
    return [
        _when(),
        Shown(Column(_("Name of the input"), 2.2), _of("item")),
        Shown(Column(_("How much"), is_number=True), _of("qty")),
        Shown(Column(_("Unit"), 0.8), _of("qty_unit")),
        Shown(Column(_("Bought from"), 2.2), _of("supplier")),
        Shown(Column(_("Good until")), _of("item_expiry")),
        Shown(Column(_("Invoice")), _of("doc_no")),
        _who(),
    ]


def _work(facts: DiaryFacts) -> list[Shown]:
    """Give the columns of the diary proper: of a crop, or of animals in a pen."""
    is_livestock = any(STEP_KINDS[step.kind].group == LIVESTOCK for step in facts.steps)
    return [
        _when(),
        Shown(Column(_("What was done"), 1.6), lambda step: _label(step.kind)),
        *(_with_animals() if is_livestock else _with_crops()),
        Shown(Column(_("Note"), 1.8), _note),
        _who(),
    ]


def _with_crops() -> list[Shown]:
    return [
        Shown(Column(_("Fertiliser"), 1.6), _only("fertilize", "product")),
        Shown(Column(_("Kilograms"), 0.9, is_number=True), _only("fertilize", "qty_kg")),
        Shown(
            Column(_("Plant protection product"), 1.8),
            _only("spray", "product", "active_ingredient"),
        ),
        Shown(Column(_("Pest"), 1.2), _only("spray", "target")),
        Shown(Column(_("Concentration"), 1.1), _only("spray", "dose")),
        Shown(Column(_("Amount used"), 0.9, is_number=True), _only("spray", "qty")),
        Shown(Column(_("Interval, days"), 0.8, is_number=True), _only("spray", "phi_days")),
    ]


def _with_animals() -> list[Shown]:
    return [
        Shown(Column(_("Feed"), 1.6), _only("feed", "feed_name", "feed_lot")),
        Shown(Column(_("Kilograms"), 0.9, is_number=True), _only("feed", "qty_kg")),
        Shown(Column(_("Vaccine or drug"), 1.8), _of_any("vaccine", "drug", "active_ingredient")),
        Shown(Column(_("Against"), 1.2), _of_any("disease", "reason")),
        Shown(Column(_("Head"), 0.7, is_number=True), _of("heads")),
        Shown(Column(_("Withdrawal, days"), 0.9, is_number=True), _of("withdrawal_days")),
    ]


def _goods_table(facts: DiaryFacts) -> Table:
    columns = (
        Column(_("Harvested on")),
        Column(_("Lot"), 1.2),
        Column(_("Product"), 1.6),
        Column(_("How much"), is_number=True),
        Column(_("Unit"), 0.7),
        Column(_("Where"), 1.6),
        Column(_("Gone on")),
        Column(_("How much"), is_number=True),
        Column(_("Unit"), 0.7),
        Column(_("To whom, or what for"), 2),
    )
    title = _("Form 4. Harvest and sale")
    return Table(title, columns, list(_goods(facts)), _("Nothing harvested yet."))


def _goods(facts: DiaryFacts) -> Iterator[list[str]]:
    """Give a row for each time something left a lot; its harvest stands in the first."""
    for step in facts.steps:
        for line in step.lines:
            if line.direction != "output":
                continue
            left = [
                [day(gone.at), *_quantity(part), gone.receiver or _label(gone.kind)]
                for gone in facts.gone
                for part in gone.lines
                if part.batch == line.batch and part.direction == "input"
            ]
            made = [day(step.at), line.lot, line.product, *_quantity(line), step.site]
            yield made + (left[0] if left else [""] * 4)
            yield from ([""] * len(made) + row for row in left[1:])


def _quantity(line: Line) -> tuple[str, str]:
    if line.quantity is None or line.uom is None:
        return _("not said"), ""
    unit = UNITS[line.uom]
    return _pick(number(line.quantity)), unit.symbol


def _when() -> Shown:
    return Shown(Column(_("Date"), 1), lambda step: f"{day(step.at)} {step.at:%H:%M}")


def _who() -> Shown:
    return Shown(Column(_("By"), 1.2), lambda step: step.person or _("Somebody who left"))


def _of(name: str) -> Cell:
    return lambda step: _said(step, name)


def _of_any(*names: str) -> Cell:
    return lambda step: ", ".join(filter(None, (_said(step, name) for name in names)))


def _only(kind: str, *names: str) -> Cell:
    """Show fields of one kind of step; others may call something else by that name."""
    return lambda step: _of_any(*names)(step) if step.kind == kind else ""


def _note(step: Entry) -> str:
    """Say what has no column of its own: choices made, words written, that it is a correction."""
    kind = STEP_KINDS[step.kind]
    said = [_said(step, spec.id) for spec in kind.fields.values() if spec.type == "choice"]
    if kind.id == "sow":
        said += [_said(step, "variety"), _said(step, "seed_source"), _said(step, "seed_lot")]
    said.append(str(step.fields.get("note") or ""))
    if step.is_correction:
        said.append(_("a correction"))
    return ", ".join(filter(None, said))


def _said(step: Entry, name: str) -> str:
    spec = STEP_KINDS[step.kind].fields.get(name)
    given = step.fields.get(name)
    if spec is None or given is None:
        return ""
    if (option := spec.options.get(str(given))) is not None:
        return _pick(option.label)
    return _figure(given) if spec.type == "number" else _text(spec.type, str(given))


def _text(kind: str, given: str) -> str:
    return day(datetime.fromisoformat(given)) if kind == "date" else given


def _figure(given: object) -> str:
    try:
        return _pick(number(Decimal(str(given))))
    except InvalidOperation:
        return str(given)


def _label(kind: str) -> str:
    return _pick(STEP_KINDS[kind].label)


def _pick(words: Words) -> str:
    return languages.pick(words.document(), languages.current())
