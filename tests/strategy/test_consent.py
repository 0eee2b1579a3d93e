"""Nobody is met against his will, and nobody is judged who does not want to be."""

from hypothesis import given

from regulars import strategy
from regulars.engines import Engine
from strategy.crowd import AS_OF, FEW, Row, actions, crowds, load, person, planned, play, reasons, settings

_PERMISSION = {"email": "may_email", "message": "may_message", "phone": "may_phone"}


@FEW
@given(crowd=crowds())
def test_nobody_is_met_through_a_channel_he_did_not_allow(engine: Engine, crowd: list[Row]) -> None:
    planned(engine, crowd)
    met = actions(engine)
    for row in crowd:
        channel = met[str(row["customer_id"])]["channel"]
        if channel is not None:
            assert row["may_profile"]
            assert row.get(_PERMISSION.get(str(channel), "may_profile")) is True
            assert channel != "in_parcel" or row["lifecycle_stage"] not in {"at_risk", "lapsed"}


@FEW
@given(crowd=crowds(max_size=12))
def test_withdrawing_every_consent_leaves_everybody_alone(engine: Engine, crowd: list[Row]) -> None:
    nothing = dict.fromkeys(_PERMISSION.values(), False)
    by_mail = settings(play("write", channels=["email", "message", "phone"]))
    summary = planned(engine, [{**row, **nothing} for row in crowd], by=by_mail)
    assert summary.contacts == 0
    assert summary.leave_alone == len(crowd)
    assert all(row["rank"] is None for row in actions(engine).values())


def test_ed_who_withdrew_consent_is_left_alone_and_not_judged(engine: Engine) -> None:
    summary = planned(engine, [person("ana"), person("ed", may_profile=False)])
    ed = actions(engine)["ed"]
    assert (ed["action"], ed["channel"], ed["do_by"], ed["rank"]) == ("leave_alone", None, None, None)
    assert (ed["expected_gain"], ed["cost"], ed["held_out"]) == (0.0, 0, False)
    assert reasons(engine, "ed") == {"no_consent": (None, 0.0)}
    assert summary.blocked_by_consent == 0, "what Ed would bring is not even counted"
    assert actions(engine)["ana"]["rank"] == 1


def test_what_a_missing_consent_costs_is_told(engine: Engine) -> None:
    bo = person("bo", may_email=False, may_message=False, may_phone=False)
    summary = planned(engine, [bo, person("ana")], by=settings(play("write", effect=0.1)))
    assert reasons(engine, "bo") == {"no_marketing_consent": (9.95, 0.0)}
    assert (summary.blocked_by_consent, summary.blocked_gain) == (1, 9.95)
    assert actions(engine)["bo"]["reasons"] == "no_marketing_consent"


def test_a_consent_that_would_open_nothing_worthwhile_is_not_blamed(engine: Engine) -> None:
    bo = person("bo", spend_mean=0.10, may_email=False)
    planned(engine, [bo], by=settings(play("write")))
    assert reasons(engine, "bo") == {"not_worth_it": (-0.04, 0.0)}


def test_the_next_channel_is_taken_where_the_first_is_not_allowed(engine: Engine) -> None:
    plan = settings(play("call", channels=["phone", "message", "email"], effect=0.5))
    people = [person("ana"), person("bo", may_phone=False), person("cy", may_phone=None, may_message=False)]
    planned(engine, people, by=plan)
    channels = {who: (row["channel"], float(str(row["cost"]))) for who, row in actions(engine).items()}
    assert channels == {"ana": ("phone", 5.0), "bo": ("message", 0.1), "cy": ("email", 0.05)}


def test_a_card_in_the_parcel_needs_no_consent_but_a_parcel(engine: Engine) -> None:
    silent = {"may_email": False, "may_message": False, "may_phone": False}
    people = [
        person("ana", **silent, lifecycle_stage="retention"),
        person("bo", **silent, lifecycle_stage="lapsed"),
        person("cy", **silent, lifecycle_stage=None),
    ]
    planned(engine, people, by=settings(play("card", channels=["in_parcel"])))
    met = actions(engine)
    assert met["ana"]["channel"] == "in_parcel"
    assert met["bo"]["reasons"] == met["cy"]["reasons"] == "no_trigger"


def test_somebody_missing_from_segments_and_scores_is_still_met(engine: Engine) -> None:
    load(engine, [person("ana")], tables=["features"])
    load(engine, [], tables=["segments", "scores"])
    strategy.plan(engine, as_of=AS_OF, seed=1, settings=settings(play("write")))
    assert actions(engine)["ana"]["action"] == "write"
