"""Intervals equal SciPy's and the published worked examples, and cover what they claim to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, multinomial

from analysis.intervals import (
    bonett_price_limits,
    clopper_pearson_limits,
    paired_difference,
    paired_ratio,
    share_interval,
    tango_limits,
    wilson_limits,
)

# Fagerland, Lydersen & Laake, Statistical Analysis of Contingency Tables (2017), chapter 8: complete response before
# and after consolidation therapy (Cavo et al. 2012), both 59, only before 6, only after 16, neither 80.
CAVO_BOTH, CAVO_ONLY_1, CAVO_ONLY_2, CAVO_NEITHER = 59, 6, 16, 80
CAVO_N = CAVO_BOTH + CAVO_ONLY_1 + CAVO_ONLY_2 + CAVO_NEITHER


def paired_patients(both: int, only_arm: int, only_reference: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    counts = (both, only_arm, only_reference, neither)
    return np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([1.0, 0.0, 1.0, 0.0], counts)


@pytest.mark.parametrize(("method", "function"), [("wilson", wilson_limits), ("exact", clopper_pearson_limits)])
@pytest.mark.parametrize("n", [1, 2, 16, 200])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_share_limits_equal_scipy(method, function, n, level):
    for events in {0, 1, n // 3, n - 1, n}:
        expected = binomtest(events, n).proportion_ci(level, method=method)
        assert function(events, n, level) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_clopper_pearson_equals_the_published_example():
    # Fagerland et al. (2017), chapter 2: 13 of 16 (Ligaarden et al. 2010), and 0 of 10.
    assert np.round(clopper_pearson_limits(13, 16), 4).tolist() == [0.5435, 0.9595]
    assert np.round(clopper_pearson_limits(0, 10), 4).tolist() == [0.0, 0.3085]


def test_tango_equals_the_published_example():
    assert np.round(tango_limits(CAVO_ONLY_1, CAVO_ONLY_2, CAVO_N), 4).tolist() == [-0.1240, -0.0054]


def test_bonett_price_equals_the_published_example():
    limits = bonett_price_limits(CAVO_BOTH, CAVO_ONLY_1, CAVO_ONLY_2)
    assert np.round(limits, 4).tolist() == [0.7579, 0.9910]


def test_differences_and_ratios_count_the_four_kinds_of_patient():
    arm, reference = paired_patients(CAVO_BOTH, CAVO_ONLY_1, CAVO_ONLY_2, CAVO_NEITHER)
    assert np.round(paired_difference(arm, reference), 4).tolist() == [-0.0621, -0.1240, -0.0054]
    assert np.round(paired_ratio(arm, reference), 4).tolist() == [0.8667, 0.7579, 0.9910]


@pytest.mark.parametrize(("b", "c", "n"), [(6, 16, 161), (0, 7, 50), (3, 0, 3), (1, 1, 2), (40, 20, 160)])
def test_tango_limits_solve_the_score_equation(b, c, n):
    """At a limit the score statistic equals z, with the nuisance parameter found here by brute force."""
    grid = np.linspace(0, 1, 200_001)
    for limit, sign in zip(tango_limits(b, c, n), (1, -1), strict=True):
        if abs(limit) > 1 - 1e-9:
            continue
        p21 = grid[(grid + limit >= 0) & (2 * grid + limit <= 1)]
        with np.errstate(divide="ignore", invalid="ignore"):
            pieces = [
                k * np.log(p) if k else 0.0 for k, p in ((b, p21 + limit), (c, p21), (n - b - c, 1 - 2 * p21 - limit))
            ]
        best = p21[np.nanargmax(sum(pieces))]
        score = (b - c - n * limit) / np.sqrt(n * (2 * best + limit * (1 - limit)))
        assert score == pytest.approx(sign * 1.959964, abs=2e-3)


@pytest.mark.parametrize("n", [1, 10, 200])
def test_no_discordant_patient_does_not_mean_certainty(n):
    z2 = 1.959964**2
    assert tango_limits(0, 0, n) == pytest.approx((-z2 / (n + z2), z2 / (n + z2)), abs=1e-6)
    assert tango_limits(0, n, n)[0] == -1.0
    assert tango_limits(n, 0, n)[1] == 1.0
    assert tango_limits(0, n, n)[1] < 1.0


def test_swapping_the_arms_mirrors_the_intervals():
    low, high = tango_limits(3, 11, 60)
    assert tango_limits(11, 3, 60) == pytest.approx((-high, -low))
    low, high = bonett_price_limits(20, 3, 11)
    assert bonett_price_limits(20, 11, 3) == pytest.approx((1 / high, 1 / low))


def test_ratios_of_nothing_say_so():
    nobody = np.zeros(10)
    some = np.repeat([1.0, 0.0], 5)
    assert np.isnan(paired_ratio(nobody, nobody).estimate)
    assert paired_ratio(nobody, nobody)[1:] == (0.0, float("inf"))
    estimate, low, high = paired_ratio(nobody, some)
    assert (estimate, low) == (0.0, 0.0)
    assert 0 < high < 1
    estimate, low, high = paired_ratio(some, nobody)
    assert (estimate, high) == (float("inf"), float("inf"))
    assert low > 1


def test_nobody_at_all_gives_missing_values():
    assert np.isnan([*share_interval([]), *paired_difference([], []), *paired_ratio([], [])]).all()


def test_an_unknown_interval_is_refused():
    with pytest.raises(ValueError, match="unknown interval 'wald'; choose 'wilson' or 'exact'"):
        share_interval([1.0], method="wald")


@pytest.mark.parametrize("cells", [(0.05, 0.05, 0.4, 0.5), (0.1, 0.01, 0.09, 0.8), (0.3, 0.2, 0.2, 0.3)])
def test_tango_covers_the_truth(cells):
    """Exact coverage over every table of 16 patients; a Wald interval fails the same bound."""
    n, truth = 16, cells[1] - cells[2]
    covered = {"tango": 0.0, "wald": 0.0}
    for b in range(n + 1):
        for c in range(n + 1 - b):
            probability = multinomial.pmf([b, c, n - b - c], n, [cells[1], cells[2], cells[0] + cells[3]])
            low, high = tango_limits(b, c, n)
            half = 1.96 * np.sqrt(b + c - (b - c) ** 2 / n) / n
            covered["tango"] += probability * (low <= truth <= high)
            covered["wald"] += probability * (abs((b - c) / n - truth) <= half)
    assert covered["tango"] >= 0.93
    assert covered["wald"] < covered["tango"]


def test_replicates_do_not_count_as_patients():
    """Shares over clustered replicates: resampling patients covers, counting every replicate as a patient does not."""
    rng = np.random.default_rng(11)
    patients, replicates, trials = 60, 8, 150
    covered = {"patients": 0, "rows": 0}
    for _ in range(trials):
        risks = rng.beta(0.4, 0.6, patients)
        shares = rng.binomial(replicates, risks) / replicates
        _, low, high = share_interval(shares)
        covered["patients"] += low <= 0.4 <= high
        low, high = wilson_limits(shares.sum() * replicates, patients * replicates)
        covered["rows"] += low <= 0.4 <= high
    assert covered["patients"] / trials > 0.90
    assert covered["rows"] / trials < 0.75


def test_the_bootstrap_repeats_itself_and_narrows_with_patients():
    rng = np.random.default_rng(5)
    few, many = rng.integers(0, 4, 50) / 3, rng.integers(0, 4, 800) / 3
    assert share_interval(few) == share_interval(few)
    width = {len(x): share_interval(x)[2] - share_interval(x)[1] for x in (few, many)}
    assert width[50] / width[800] == pytest.approx(4, rel=0.25)
    expected = 2 * 1.96 * many.std() / np.sqrt(800)
    assert width[800] == pytest.approx(expected, rel=0.1)


def test_bootstrapped_differences_are_paired():
    """Two arms that move together: the paired interval is far shorter than that of either arm alone."""
    rng = np.random.default_rng(6)
    reference = rng.integers(1, 5, 200) / 4
    arm = reference - 0.25 * (rng.random(200) < 0.5)
    estimate, low, high = paired_difference(arm, reference)
    assert low < estimate < high < 0
    alone = share_interval(reference)
    assert high - low < 0.6 * (alone.high - alone.low)
    ratio = paired_ratio(arm, reference)
    assert ratio.estimate == pytest.approx(arm.mean() / reference.mean())
    assert ratio.low < ratio.estimate < ratio.high < 1


def test_rare_fractions_do_not_pass_for_certainty():
    """One patient of 200 who reacts in one of three replicates must not shrink the interval of nobody reacting."""
    rare = np.zeros(200)
    nobody = share_interval(rare)
    rare[7] = 1 / 3
    assert share_interval(rare).high >= nobody.high
    assert paired_difference(np.zeros(200), rare).low <= paired_difference(np.zeros(200), np.zeros(200)).low
    assert share_interval(np.full(5, 0.5))[1:] == pytest.approx(wilson_limits(2.5, 5))
