"""What holds for any facts: the order they come in, circles, JSON."""

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.trace.builders import CLERK, HOA, LAN, MINH, NOW, Tale, after, check
from tests.pure.trace.hanoi_facts import NOW as DEMO_NOW
from tests.pure.trace.hanoi_facts import hanoi
from traceapp.trace.document import as_document
from traceapp.trace.facts import TraceFacts
from traceapp.trace.timeline import build
from traceapp.trace.vocabulary import STEP_KINDS

PEOPLE = (LAN, CLERK, MINH, HOA)
LOTS = ("a", "b", "c", "d")
lots = st.sampled_from(LOTS)
someone = st.sampled_from(PEOPLE)
hours = st.integers(0, 200)


@st.composite
def tales(draw):
    """Any steps on four lots in any relation, circles, corrections and attempts included."""
    tale = Tale()
    for name in LOTS:
        tale.lot(name, draw(someone))
    for number in range(draw(st.integers(0, 12))):
        when = after(0, draw(hours))
        kind = draw(st.sampled_from(sorted(STEP_KINDS)))
        ids = [event.ref.id for event in tale.events.values()]
        event = tale.made if draw(st.booleans()) else tale.did
        event(
            kind,
            when,
            draw(someone),
            name=f"event {number}",
            record_time=when + timedelta(hours=draw(st.integers(-5, 50))),
            inputs=draw(st.dictionaries(lots, st.integers(0, 50), max_size=2)),
            outputs=draw(st.dictionaries(lots, st.integers(0, 50), max_size=2)),
            about=draw(st.lists(lots, max_size=2)),
            corrects=draw(st.sampled_from([None, *ids])),
            ship_event_id=draw(st.sampled_from([None, *ids])),
            season_id=draw(st.sampled_from([None, LAN.organisation.id])),
            plot_id=draw(st.sampled_from([None, MINH.organisation.id])),
            evidence=draw(st.sampled_from([(), (check("coop", CLERK),)])),
        )
    return tale


@given(tales(), lots, st.randoms())
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_facts_changes_nothing_and_every_tale_ends(tale, subject, random):
    facts = tale.facts(subject)
    before = as_document(build(facts, NOW))
    batches, events, edges = list(facts.batches), list(facts.events), list(facts.edges)
    for rows in (batches, events, edges):
        random.shuffle(rows)
    shuffled = TraceFacts(facts.subject, tuple(batches), tuple(events), tuple(edges))
    assert as_document(build(shuffled, NOW)) == before
    assert json.loads(json.dumps(before, allow_nan=False, ensure_ascii=False)) == before


@given(st.sampled_from(hanoi().finished()), st.randoms())
@settings(max_examples=15, deadline=None)
def test_a_demo_lot_reads_the_same_in_any_order_of_its_facts(code, random):
    facts = hanoi().facts(code)
    events, edges = list(facts.events), list(facts.edges)
    random.shuffle(events)
    random.shuffle(edges)
    shuffled = TraceFacts(facts.subject, facts.batches[::-1], tuple(events), tuple(edges))
    assert as_document(build(shuffled, DEMO_NOW)) == as_document(build(facts, DEMO_NOW))


@given(tales(), lots)
@settings(max_examples=60, deadline=None)
def test_every_text_of_a_step_exists_in_both_languages(tale, subject):
    def walk(entries):
        for entry in entries:
            yield entry
            for source in entry.get("sources", ()):
                yield from walk(source["entries"])

    for entry in walk(tale.document(subject)["entries"]):
        for name in ("sentence", "words"):
            if name in entry:
                assert entry[name]["vi"]
                assert entry[name]["en"]
