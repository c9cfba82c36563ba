"""What somebody who loads the demo for the first time reads about what it leaves out."""

from traceapp.demo.skipping import ROOM_BY_KIND, LeftOut, told
from traceapp.trace.vocabulary import STEP_KINDS


def test_it_names_steps_as_the_screens_do_and_says_that_nothing_went_wrong() -> None:
    lines = list(
        told(
            {
                LeftOut("recalls", "recall_open"): 1,
                LeftOut("oversight", "ask_explanation"): 20,
                LeftOut("oversight", "give_explanation"): 2,
            }
        )
    )
    assert lines == [
        "Nothing went wrong; some of the data shows what this version cannot do yet:",
        "  oversight: 20 × Ask for an explanation, 2 × Give an explanation",
        "  recalls: 1 × Open a recall",
    ]
    assert not list(told({}))


def test_every_kind_that_waits_is_a_kind() -> None:
    assert ROOM_BY_KIND.keys() <= STEP_KINDS.keys()
