"""Signs, SCORTEN and death in epidermal necrolysis."""

from __future__ import annotations

from abm.parameters.parameter import Kind, Parameter


def _s(value: float, unit: str, low: float, high: float, kind: Kind, source: str, where: str, note: str = "",
       hard_low: float = 0.0, hard_high: float = 1e6) -> Parameter:  # fmt: skip
    return Parameter(
        value,
        unit,
        low,
        high,
        kind,
        "patients",
        source,
        where,
        note,
        hard_low=hard_low,
        hard_high=hard_high,
    )


_REST = "share of patients in whom the item is abnormal for other reasons than the skin"
_MOST = "share at very wide detachment"

PARAMETERS: dict[str, Parameter] = {
    "onset_share": _s(0.01, "", 0.005, 0.05, "assumed", "model", "docs/model.md",
        "body surface in places that look ill which counts as onset (definition)", hard_low=1e-4, hard_high=1.0),
    "mucosa_share": _s(0.02, "", 0.005, 0.1, "assumed", "model", "docs/model.md",
        "mucosa in places that look ill which is noticed (definition)", hard_low=1e-4, hard_high=1.0),
    "healed_share": _s(0.005, "", 0.001, 0.01, "assumed", "model", "docs/model.md",
        "ill skin below which it counts as healed, once fever is gone (definition)", hard_low=1e-4, hard_high=1.0),
    "scorten_intercept": _s(-4.448, "", -4.448, -4.448, "measured", "bastuji_2000", "abstract: logit at score 0",
        hard_low=-20.0),
    "scorten_slope": _s(1.237, "", 1.237, 1.237, "measured", "bastuji_2000", "abstract: rise of the logit per point"),
    "death_window_d": _s(21.0, "d", 14.0, 42.0, "assumed", "sekula_2013", "23 % dead at 6 weeks",
        "time after onset over which the risk of the score is spread", hard_low=0.1),
    "heart_rate_at_rest": _s(0.1, "", 0.05, 0.2, "assumed", "bastuji_2000", "heart rate ≥ 120/min", _REST),
    "heart_rate_most": _s(0.8, "", 0.5, 0.95, "assumed", "bastuji_2000", "heart rate ≥ 120/min", _MOST),
    "urea_at_rest": _s(0.1, "", 0.05, 0.2, "assumed", "bastuji_2000", "urea > 10 mmol/L", _REST),
    "urea_most": _s(0.7, "", 0.4, 0.9, "assumed", "bastuji_2000", "urea > 10 mmol/L", _MOST),
    "glucose_at_rest": _s(0.05, "", 0.02, 0.1, "assumed", "bastuji_2000", "glucose > 14 mmol/L", _REST),
    "glucose_most": _s(0.4, "", 0.2, 0.6, "assumed", "bastuji_2000", "glucose > 14 mmol/L", _MOST),
    "bicarbonate_at_rest": _s(0.05, "", 0.02, 0.1, "assumed", "bastuji_2000", "bicarbonate < 20 mmol/L", _REST),
    "bicarbonate_most": _s(0.6, "", 0.3, 0.8, "assumed", "bastuji_2000", "bicarbonate < 20 mmol/L", _MOST),
    "item_half_percent": _s(20.0, "%", 10.0, 40.0, "assumed", "bastuji_2000", "items against extent",
        "detached body surface that raises half of the difference", hard_low=0.01, hard_high=100.0),
}  # fmt: skip
