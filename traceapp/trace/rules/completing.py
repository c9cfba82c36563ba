"""What steps still lack. An incomplete step is accepted, and asked for where goods go out."""

from collections.abc import Collection, Iterator, Mapping

from traceapp.trace.facts import FieldValue, Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.words import Words

EXITS = frozenset({"pack", "repack", "print_labels", "relabel", "ship"})
"""Before these every step of one's own must be complete."""
ON_A_PLOT = frozenset({"harvest", "spray", "fertilize"})
HOLDING = frozenset({"phi_days", "withdrawal_days"})
"""What keeps a grave rule from being asked: without it goods are on hold already."""
PLOT = "plot"
_PLOT = Words("thửa", "plot")


def lacking(kind: str, fields: Mapping[str, FieldValue], *, wants_plot: bool) -> Iterator[str]:
    """Name what a kind of step wants and was not told, in the order of its form.

    `wants_plot` where no plot is named and the site has plots that could be.
    """
    if wants_plot and kind in ON_A_PLOT:
        yield PLOT
    for spec in STEP_KINDS[kind].fields.values():
        if spec.required and fields.get(spec.id) in (None, ""):
            yield spec.id


def words_of(kind: str, lacks: str) -> Words:
    """Say what is lacking, by its name."""
    spec = STEP_KINDS[kind].fields.get(lacks)
    return spec.label if spec else _PLOT


def lacking_at(step: StepFact, earlier: StepFact, name: str) -> Finding:
    """Say of a step that an earlier one lacks what a grave rule asks; hold what came out of it."""
    label = STEP_KINDS[earlier.kind].fields[name].label
    held = [line.batch for line in step.outputs or step.inputs]
    return found(
        "incomplete",
        event=step.ref,
        cause=earlier.ref,
        holds=frozenset(held),
        values=_values(earlier, (label,)),
    )


def incomplete(step: StepFact, batch: Ref, *, has_plots: bool) -> Iterator[Finding]:
    """Find before an exit of a batch that one of its steps lacks something.

    `has_plots` where the site of the step has plots that it could name.
    """
    wants_plot = step.ground is None and has_plots
    missing = [
        words_of(step.kind, name)
        for name in (lacking(step.kind, step.fields, wants_plot=wants_plot) if step.counts else ())
        if name not in HOLDING
    ]
    if missing:
        values = _values(step, missing)
        yield found("incomplete", aspect="exit", event=step.ref, batch=batch, values=values)


def _values(step: StepFact, missing: Collection[Words]) -> dict[str, object]:
    vi = ", ".join(one.vi or "" for one in missing)
    en = ", ".join(one.en or one.vi or "" for one in missing)
    return {"step": STEP_KINDS[step.kind].label, "day": step.day, "missing": Words(vi, en)}
