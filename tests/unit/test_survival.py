"""Time and dose to reaction: equal to statsmodels and SciPy on known cases, and what ends the wait."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from run_folder_fixture import MILD, NONE, SEVERE, outcome, skin_run, step_events, talk_run, write_run
from scipy.stats import CensoredData, ecdf
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from analysis import load_results
from analysis.survival import CAUSES, cumulative_incidence, incidence_at, incidence_of, reaction_ends, reaction_free

CAUSE = pd.CategoricalDtype(list(CAUSES))


def causes(codes: np.ndarray) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(codes - 1, dtype=CAUSE))


def test_incidence_equals_statsmodels_with_censoring():
    rng = np.random.default_rng(3)
    time, code = np.round(rng.exponential(10.0, 80), 1) + 0.1, rng.integers(0, 3, 80)
    found = incidence_of(pd.Series(time), causes(code))
    known = CumIncidenceRight(time, code)
    for place, cause in enumerate(CAUSES[:2]):
        rows = found[found["cause"] == cause].iloc[1:]
        assert rows["value"].to_numpy() == pytest.approx(known.times)
        assert rows["incidence"].to_numpy() == pytest.approx(known.cinc[place])
        # the limits on the scale of log(-log) are as wide as statsmodels' standard error says
        middle = rows.iloc[len(rows) // 2]
        error = known.cinc_se[place][len(rows) // 2]
        half = 1.959964 * error / abs(middle["incidence"] * np.log(middle["incidence"]))
        assert middle["incidence_low"] == pytest.approx(middle["incidence"] ** np.exp(half), rel=1e-6)
        assert middle["incidence_high"] == pytest.approx(middle["incidence"] ** np.exp(-half), rel=1e-6)


def test_one_cause_is_one_minus_kaplan_and_meier_of_scipy():
    rng = np.random.default_rng(4)
    time, reacted = rng.exponential(5.0, 60) + 0.01, rng.random(60) < 0.7
    found = incidence_of(pd.Series(time), causes(np.where(reacted, 1, 0)))
    known = ecdf(CensoredData(uncensored=time[reacted], right=time[~reacted]))
    assert np.interp(known.cdf.quantiles, found["value"], found["incidence"]) == pytest.approx(
        known.cdf.probabilities, abs=1e-12
    )


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_limits_hold_the_estimate_and_widen_with_the_level(level):
    time, code = pd.Series(np.arange(1.0, 31.0)), causes(np.tile([1, 1, 4], 10))
    found = incidence_of(time, code, level=level)
    assert (found["incidence_low"] <= found["incidence"] + 1e-12).all()
    assert (found["incidence"] <= found["incidence_high"] + 1e-12).all()
    if level > 0.9:
        narrow = incidence_of(time, code, level=0.8)
        inside = found["incidence"].between(0.05, 0.6)
        assert (narrow["incidence_low"] > found["incidence_low"])[inside].all()


def test_every_patient_ends_in_one_way(tmp_path):
    ladder = step_events("rdd", "ladder_12_step", 3)
    ends = [each | {"event": "step_end", "time_min": each["time_min"] + 15.0} for each in ladder]
    rows = [outcome("rdd", 0, NONE), outcome("rdd", 1, SEVERE, onset_min=20.0, dose_at_reaction_mg=7.0)]
    rows += [outcome("rdd", 2, MILD, onset_min=50.0, dose_at_reaction_mg=9.0), outcome("rdd", 3, NONE, withdrawn_d=0.5)]
    rows += [outcome("rdd", 4, NONE, withdrawn_d=0.5, death_d=0.25, died=True)]
    results = load_results(write_run(tmp_path, rows, arms=["rdd"], reference="rdd", events=ends))
    found = reaction_ends(results)
    assert found["cause"].tolist() == ["end of treatment", "reaction", "reaction", "withdrawal", "death"]
    assert found["value"].tolist() == [45.0, 20.0, 50.0, 720.0, 360.0]
    assert reaction_ends(results, "dose_mg")["value"].tolist()[:3] == [2400.0, 7.0, 9.0]
    whole = cumulative_incidence(results).groupby("cause")["incidence"].last()
    assert whole.sum() == pytest.approx(1.0)
    assert whole["reaction"] == pytest.approx(0.4)
    with pytest.raises(ValueError, match="unknown scale 'hours'"):
        reaction_ends(results, "hours")


def test_the_incidence_in_the_end_is_the_risk(tmp_path):
    results = load_results(talk_run(tmp_path, patients=60))
    found = incidence_at(cumulative_incidence(results), "time_min", 1e9).set_index("arm")["incidence"]
    risk = results.paired("reacted").mean()
    assert found[results.arms].to_numpy() == pytest.approx(risk[results.arms].to_numpy())
    assert (incidence_at(cumulative_incidence(results), "time_min", 0.0)["incidence"] == 0.0).all()


def test_days_until_the_skin_is_ill(tmp_path):
    results = load_results(skin_run(tmp_path, patients=10, dead=2))
    found = cumulative_incidence(results, "skin_d")
    first = found[(found["arm"] == "first_exposure") & (found["cause"] == "reaction")]
    assert first["skin_d"].iloc[1] == pytest.approx(10.0)
    assert first["incidence"].iloc[-1] == pytest.approx(1.0)
    assert found.loc[found["arm"] == "second_exposure", "n"].iloc[0] == 8
    assert "reaction" not in set(found.loc[found["arm"] == "avoidance", "cause"])


def test_reaction_free_is_kaplan_and_meiers(tmp_path):
    results = load_results(talk_run(tmp_path, patients=40))
    ends = reaction_ends(results)
    ends = ends[ends["arm"] == "full_dose"]
    known = SurvfuncRight(ends["value"], (ends["cause"] == "reaction").astype(int))
    found = reaction_free(results)
    found = found[found["arm"] == "full_dose"]
    assert found["free"].to_numpy() == pytest.approx(known.surv_prob)
    assert found["at_risk"].to_numpy() == pytest.approx(known.n_risk)
    inner = slice(1, len(found) // 2)
    assert (found["free_low"] < found["free"]).to_numpy()[inner].all()
    assert (found["free"] < found["free_high"]).to_numpy()[inner].all()


def test_replicates_count_patients_once(tmp_path):
    one = [outcome("rdd", i, SEVERE if i < 6 else NONE, onset_min=10.0 + i) for i in range(20)]
    twice = [row | {"replicate": replicate} for row in one for replicate in (0, 1)]
    first = cumulative_incidence(load_results(write_run(tmp_path / "a", one, arms=["rdd"], reference="rdd")))
    second = cumulative_incidence(load_results(write_run(tmp_path / "b", twice, arms=["rdd"], reference="rdd")))
    for name in ("incidence", "incidence_low", "incidence_high", "at_risk", "n"):
        assert second[name].to_numpy() == pytest.approx(first[name].to_numpy()), name
