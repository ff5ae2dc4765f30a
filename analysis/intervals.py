"""Confidence intervals for shares, and for paired differences and ratios of shares.

Every function takes one number per patient. Without replicates these are zeros and ones and the intervals are the
published ones named in each docstring. With replicates they are shares of a patient's replicates; then patients are
resampled (percentile bootstrap with a fixed seed). Where fewer than `MIN_VARIED` patients differ from the most common
value a bootstrap sees too little variation and its interval is too short; the published interval is used instead,
with each patient as one trial, which is never shorter than it should be because a patient's average varies less than
a single trial would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import beta, norm

Method = Literal["wilson", "exact"]
Floats = NDArray[np.float64]

RESAMPLES = 2000
MIN_VARIED = 10
_SEED = 20_240_613
_CHUNK = 2_000_000


class Interval(NamedTuple):
    """An estimate with its lower and upper limit."""

    estimate: float
    low: float
    high: float


_EMPTY = Interval(float("nan"), float("nan"), float("nan"))


def share_interval(values: ArrayLike, method: Method = "wilson", level: float = 0.95) -> Interval:
    """Mean of per-patient values between 0 and 1.

    Parameters
    ----------
    values : array of shape (patients,)
    method : {"wilson", "exact"}
        Wilson's score interval or Clopper and Pearson's, where the values are zeros and ones.
    level : float
        Confidence level.

    References
    ----------
    Wilson (1927) J Am Stat Assoc 22:209. Clopper & Pearson (1934) Biometrika 26:404.
    """
    if method not in ("wilson", "exact"):
        raise ValueError(f"unknown interval {method!r}; choose 'wilson' or 'exact'")
    x = np.asarray(values, dtype=np.float64)
    if x.size == 0:
        return _EMPTY
    if _bootstraps(x):
        low, high = _bootstrap([x], lambda means: means[0], level)
        return Interval(float(x.mean()), low, high)
    limits = wilson_limits if method == "wilson" else clopper_pearson_limits
    return Interval(float(x.mean()), *limits(float(x.sum()), x.size, level))


def paired_difference(arm: ArrayLike, reference: ArrayLike, level: float = 0.95) -> Interval:
    """Mean difference, arm minus reference, of per-patient values; Tango's score interval for zeros and ones.

    Parameters
    ----------
    arm, reference : arrays of shape (patients,)
        The same patients in the same order.

    References
    ----------
    Tango (1998) Stat Med 17:891; recommended by Fagerland, Lydersen & Laake (2014) Stat Med 33:2850.
    """
    a, r = np.asarray(arm, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if a.size == 0:
        return _EMPTY
    d = a - r
    if _bootstraps(d):
        low, high = _bootstrap([d], lambda means: means[0], level)
        return Interval(float(d.mean()), low, high)
    return Interval(float(d.mean()), *tango_limits(np.maximum(d, 0).sum(), np.maximum(-d, 0).sum(), d.size, level))


def paired_ratio(arm: ArrayLike, reference: ArrayLike, level: float = 0.95) -> Interval:
    """Ratio of mean values, arm over reference; the Bonett-Price hybrid Wilson interval for zeros and ones.

    The estimate is NaN where nobody has the event in either arm, infinite where nobody has it in the reference.

    References
    ----------
    Bonett & Price (2006) Biometrics 62:429 for the interval of a ratio of paired proportions.
    """
    a, r = np.asarray(arm, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if a.size == 0:
        return _EMPTY
    estimate = float(_ratio(a.mean(), r.mean()))
    if _bootstraps(a - r) and r.sum() > 0:
        low, high = _bootstrap([a, r], lambda means: _ratio(means[0], means[1]), level)
        return Interval(estimate, low, high)
    only_arm, only_reference = np.maximum(a - r, 0).sum(), np.maximum(r - a, 0).sum()
    return Interval(estimate, *bonett_price_limits(a.sum() - only_arm, only_arm, only_reference, level))


def wilson_limits(events: float, n: float, level: float = 0.95, z: float | None = None) -> tuple[float, float]:
    """Wilson's score limits for `events` among `n` trials; `events` may be fractional."""
    z = float(norm.ppf(0.5 + level / 2)) if z is None else z
    p = events / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if events <= 0 else max(0.0, float(centre - half))
    high = 1.0 if events >= n else min(1.0, float(centre + half))
    return low, high


def clopper_pearson_limits(events: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Limits of Clopper and Pearson, which cover at least at the stated level for every true share."""
    tail = (1 - level) / 2
    low = 0.0 if events <= 0 else float(beta.ppf(tail, events, n - events + 1))
    high = 1.0 if events >= n else float(beta.ppf(1 - tail, events + 1, n - events))
    return low, high


def tango_limits(only_arm: float, only_reference: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Tango's score limits for the difference of two paired proportions.

    Parameters
    ----------
    only_arm, only_reference : float
        Patients with the event in one arm only.
    n : int
        All patients.
    """
    z = float(norm.ppf(0.5 + level / 2))
    return _tango_low(only_arm, only_reference, n, z), -_tango_low(only_reference, only_arm, n, z)


def bonett_price_limits(
    both: float, only_arm: float, only_reference: float, level: float = 0.95
) -> tuple[float, float]:
    """Bonett and Price's hybrid Wilson limits for the ratio of two paired proportions.

    Parameters
    ----------
    both, only_arm, only_reference : float
        Patients with the event in both arms and in one arm only; those without any event carry no information.
    """
    n = both + only_arm + only_reference
    if n <= 0:
        return 0.0, float("inf")
    a, r = both + only_arm, both + only_reference
    joint = np.sqrt((only_arm + only_reference + 2) / ((a + 1) * (r + 1)))
    single = np.sqrt((1 - (a + 1) / (n + 2)) / (a + 1)) + np.sqrt((1 - (r + 1) / (n + 2)) / (r + 1))
    z = float(norm.ppf(0.5 + level / 2) * joint / single)
    a_low, a_high = wilson_limits(a, n, z=z)
    r_low, r_high = wilson_limits(r, n, z=z)
    return a_low / r_high, a_high / r_low if r_low > 0 else float("inf")


def _tango_low(b: float, c: float, n: int, z: float) -> float:
    """Solve b - c - n d = z sd(d) for d below the estimate; sd uses the maximum likelihood estimate given d."""
    estimate = (b - c) / n
    if estimate <= -1:
        return -1.0

    def excess(d: float) -> float:
        half_b = (2 * n - b + c) * d - b - c
        q = (np.sqrt(max(half_b * half_b + 8 * n * c * d * (1 - d), 0.0)) - half_b) / (4 * n)
        return float(b - c - n * d - z * np.sqrt(max(n * (2 * q + d * (1 - d)), 0.0)))

    # Without discordant pairs the estimate itself is a spurious root, hence the search ends just below it.
    return float(brentq(excess, -1.0, estimate - 1e-9, xtol=1e-12))


def _bootstraps(values: Floats) -> bool:
    if np.isin(values, (-1.0, 0.0, 1.0)).all():
        return False
    _, counts = np.unique(values, return_counts=True)
    return bool(values.size - counts.max() >= MIN_VARIED)


def _bootstrap(samples: list[Floats], statistic: Callable[[list[Floats]], Floats], level: float) -> tuple[float, float]:
    """Percentile limits of a statistic of means when patients are drawn again with replacement."""
    rng = np.random.default_rng(_SEED)
    n = samples[0].size
    rows = max(1, min(RESAMPLES, _CHUNK // n))
    drawn: list[Floats] = []
    for start in range(0, RESAMPLES, rows):
        pick = rng.integers(0, n, size=(min(rows, RESAMPLES - start), n))
        drawn.append(statistic([sample[pick].mean(axis=1) for sample in samples]))
    tail = (1 - level) / 2
    values = np.concatenate(drawn)
    low, high = np.quantile(values[~np.isnan(values)], [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)


def _ratio(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(numerator, denominator), dtype=np.float64)
