"""The stories that people and households live, with how often each occurs; the writers turn them into rows.

A story is a situation that a display item of the agreement must tell apart. Weights are per thousand people known to
the system; `showcase` makes sure that each occurs at least once among people in temporary accommodation.
"""

import random

from dagster_project.demo.names import Picker

TA_OPEN = {
    "open": 500,
    "chained": 170,
    "hostel": 90,
    "out_of_area": 90,
    "bed_and_breakfast": 60,
    "gap_before": 30,
    "future_end": 25,
    "refuge": 20,
    "old_case": 20,
    "one_left": 45,
    "baby_joined": 15,
    "placed_apart": 25,
    "case_closed": 6,
}
TA_NOT_OPEN = {"future": 30, "ended": 780, "prevention_only": 170, "ends_today": 20}

RENT = {
    "clear": 480,
    "credit": 150,
    "arrears": 140,
    "arrears_plan": 70,
    "arrears_court_plan": 25,
    "arrears_plan_ended": 25,
    "stale": 15,
    "notice": 30,
    "notice_cleared": 25,
    "notice_expired": 15,
    "warrant": 8,
    "eviction": 4,
    "no_balance": 13,
}

# The rarer a story and the more it decides, the earlier it stands: a small council runs out of people for the last.
CSC = {
    "cp_open": 15,
    "care_parents": 4,
    "cin_plan": 60,
    "risk_open": 7,
    "factor_recent": 6,
    "disabled": 12,
    "disabled_none": 8,
    "short_break_v3": 4,
    "cp_closed": 30,
    "cp_other_la": 4,
    "youth_justice_only": 6,
    "other_la_only": 5,
    "two_workers": 9,
    "worker_left": 8,
    "factor_old": 6,
    "risk_ended": 6,
    "missing_only": 4,
    "referral_open": 60,
    "cin_ended": 45,
    "care_ended": 10,
    "short_break_v4": 4,
    "disabled_conflict": 2,
    "closed": 590,
    "contact_only": 90,
    "care_foster": 10,
}
CSC_GROWN_UP = {"closed": 850, "contact_only": 60, "care_leaver": 60, "care_ended": 30}

ASC = {
    "service_open": 380,
    "service_ended": 210,
    "request_only": 130,
    "assessment_open": 70,
    "review": 60,
    "carer": 50,
    "sensory": 30,
    "learning_disability": 35,
    "memory": 35,
    "two_workers": 20,
    "other_la_only": 5,
    "no_events": 10,
}

ROLL = {
    "on_roll": 870,
    "moved_school": 60,
    "dual": 12,
    "left": 15,
    "ehe": 14,
    "ehe_never": 4,
    "ehe_ended": 5,
    "cme": 5,
    "awaiting": 4,
    "eotas": 3,
    "flexi": 3,
    "guest": 2,
}
NEED = {
    "none": 805,
    "support": 130,
    "plan": 42,
    "plan_two_needs": 8,
    "plan_ceased": 6,
    "plan_requested": 6,
    "plan_draft": 3,
}
EXCLUSION = {
    "none": 938,
    "suspended": 30,
    "suspended_twice": 8,
    "permanent": 1,
    "lunchtime": 3,
    "cancelled": 3,
    "rescinded": 2,
    "last_year": 15,
}
ATTENDANCE = {"usual": 790, "low": 130, "severe": 15, "late": 55, "none_possible": 5, "not_recorded": 5}


class StoryTeller:
    """Draws stories by their weights."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._pickers: dict[int, Picker] = {}

    def draw(self, weights: dict[str, int]) -> str:
        picker = self._pickers.get(id(weights))
        if picker is None:
            picker = self._pickers[id(weights)] = Picker(list(weights), list(weights.values()))
        return picker.pick(self._rng)
