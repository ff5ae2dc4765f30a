"""Time passing for one patient in one arm: drug, cells, mediators, grade.

====  =====================================================  ====================================
 #    what happens in a step                                 where
====  =====================================================  ====================================
 1    length of the step, from the state alone               `choose_step`
 2    drug in gut, muscle, plasma and tissue, metabolite,    `step_drug`, biology/pharmacokinetics.py,
      labile adduct, exposure of T cells (exact); area,      engine/plasma.py
      peak and time above the target of the plasma
 3    mast cells: IgE, MRGPRX2, release                      engine/mast_kernel.py,
                                                             engine/mrgprx2_kernel.py
 4    histamine, tryptase, local mediators, leukotrienes,    `step_body`, biology/mediators.py, reaction.py,
      what was given for a reaction, pressure, grade         engine/relief.py
 5    extremes, time series                                  `note_extremes`, `write_row`
====  =====================================================  ====================================
"""

from __future__ import annotations

import numpy as np
from numba import njit

from abm.biology.mediators import relaxed, systolic_pressure
from abm.biology.pharmacokinetics import ADDUCT, STATES, amount_after, amounts_after, exposure_over
from abm.biology.reaction import grade
from abm.engine.clock import BASE_MIN, BINS_PER_MIN, DOUBLINGS, MINUTE, STEP_MIN
from abm.engine.mast_kernel import step_organ
from abm.engine.mrgprx2_kernel import agonist_is_safe, agonist_level, step_mrgprx2
from abm.engine.plasma import note_plasma
from abm.engine.rates import BODY_RATE, SCALAR
from abm.engine.relief import RELIEF, relief_of, restraint_of, step_relief
from abm.engine.scope import FEW_AT_RISK, RISK, few_at_risk, step_specificities
from abm.engine.state import BODY, COUNT

F32 = np.float32
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_STEP_MIN = STEP_MIN.copy()
_SMOOTH = 1.4
_TRACE = 1e-7

REACHED, REACTION, ROWS_FULL, PAUSED = 0, 1, 2, 3
"""Why `advance` returned: the end reached, a new reaction, the table of rows full, a pause asked for."""

NEVER = 2**62


@njit(**_OPTIONS)
def pump_rate(pump, drug, first, last):
    """Mean infusion rate in mg/min of `drug` over base bins `first` to `last` (fractional ends of segments count)."""
    total = 0.0
    for s in range(pump.shape[0]):
        if pump[s, 3] == drug and pump[s, 1] > first and pump[s, 0] < last:
            overlap = min(pump[s, 1], float(last)) - max(pump[s, 0], float(first))
            total += pump[s, 2] * overlap
    return total / (last - first)


@njit(**_OPTIONS)
def pump_rates(pump, now, k):
    """Mean infusion rates of both drugs over a step of 2^k base bins from `now`."""
    return pump_rate(pump, 0, now, now + (1 << k)), pump_rate(pump, 1, now, now + (1 << k))


@njit(**_OPTIONS)
def next_change(pump, now):
    """First base bin after `now` in which the pump changes."""
    change = np.int64(2**40)
    for s in range(pump.shape[0]):
        for edge in (pump[s, 0], pump[s, 1]):
            low = np.int64(np.floor(edge))
            high = np.int64(np.ceil(edge))
            if low > now:
                change = min(change, low)
            elif high > now:
                change = min(change, high)
    return change


@njit(**_OPTIONS)
def step_is_safe(state, rates, now, k):
    """Whether a step of 2^k base bins changes no antigen much and brings hardly a cell near its threshold."""
    first, second = F32(0.0), F32(0.0)
    for a in range(rates.antigen_per_mg.size):
        rate = pump_rate(state.pump, a, now, now + (1 << k))
        before = state.drug[a, ADDUCT] * rates.antigen_per_mg[a]
        after = amount_after(rates.drug_step[a, k], state.drug[a], ADDUCT, rate) * rates.antigen_per_mg[a]
        low, high = min(before, after), max(before, after)
        if high > _TRACE and high > low * _SMOOTH:
            return False
        if a == 0:
            first = F32(high)
        else:
            second = F32(high)
    return few_at_risk(state, rates, k, (first, second))


@njit(**_OPTIONS)
def aligned_step(now, room):
    """Largest exponent k such that a step of 2^k base bins from `now` is aligned and no longer than `room`."""
    aligned = 0
    while aligned < DOUBLINGS - 1 and now % (1 << (aligned + 1)) == 0 and (1 << (aligned + 1)) <= room:
        aligned += 1
    return aligned


@njit(**_OPTIONS)
def choose_step(state, rates, now, end):
    """Exponent k of the next step: coarse where nothing can happen, `rates.finest` elsewhere.

    The lattice is aligned (a step of 2^k starts at a multiple of 2^k), at most doubles from step to step, ends at the
    next change of the pump, and is chosen anew only on whole minutes.
    """
    last = state.count[COUNT.step]
    aligned = aligned_step(now, min(end, next_change(state.pump, now)) - now)
    if now % (1 << MINUTE) != 0:
        return min(rates.finest, aligned)
    k, few = min(aligned, max(last + 1, MINUTE)), state.calcium.size // FEW_AT_RISK
    while k >= MINUTE:
        safe = rates.scalar[SCALAR.graded] == F32(0.0) and step_is_safe(state, rates, now, k)
        if safe and agonist_is_safe(state, rates, k, pump_rates(state.pump, now, k), RISK, few):
            return k
        k -= 1
    return min(rates.finest, aligned)


@njit(**_OPTIONS)
def step_drug(state, rates, now, k):
    """Move every drug on by a step; returns the antigen of both specificities in the middle of the step."""
    first, second = F32(0.0), F32(0.0)
    for a in range(rates.antigen_per_mg.size):
        rate, before = pump_rate(state.pump, a, now, now + (1 << k)), state.drug[a]
        after = amounts_after(rates.drug_step[a, k], before, rate)
        state.exposure[a] += exposure_over(rates.exposure_step[a, k], before, rate)
        note_plasma(
            state.plasma[a], state.window[a], rates.drug_step[a], rates.plasma_step[a], rates.target[a, 0],
            k, now, before, after, rate,
        )  # fmt: skip
        middle = F32(0.5 * (before[ADDUCT] + after[ADDUCT]) * rates.antigen_per_mg[a])
        for i in range(STATES):
            state.drug[a, i] = after[i]
        if middle > F32(0.0):
            state.exposed[a] = 1
        if a == 0:
            first = middle
        else:
            second = middle
    return first, second


@njit(**_OPTIONS)
def step_cells(state, rates, now, k, antigens, agonist=(0.0, 0.0)):
    """Move all mast cells on by a step; returns how many fired in skin, lung and gut.

    `agonist` is the level of what opens cells through MRGPRX2 in the middle of the step, and its largest effect.
    """
    active = step_specificities(state, rates, k, now, antigens)
    if step_mrgprx2(state, rates, k, agonist[0], agonist[1]):
        active = True
    if not active:
        return 0, 0, 0
    minutes, share, moment = F32(_STEP_MIN[k]), rates.cell[k, 6], np.int32(now)
    left = F32(1.0 - restraint_of(state.body, rates.relief))
    fired = (
        step_organ(state, 0, share, minutes, moment, rates.scalar, left),
        step_organ(state, 1, share, minutes, moment, rates.scalar, left),
        step_organ(state, 2, share, minutes, moment, rates.scalar, left),
    )
    for organ in range(3):
        state.count[COUNT.fired_skin + organ] += fired[organ]
    return fired


@njit(**_OPTIONS)
def step_body(state, rates, k, fired):
    """Mediators, pressure and grade after a step in which `fired` cells of each organ degranulated."""
    x, r, kept, minutes = state.body, rates.body, rates.kept[k], _STEP_MIN[k]
    histamine, tryptase_ng, share_lung = 0.0, 0.0, 0.0
    for organ in range(3):
        histamine += fired[organ] * r[BODY_RATE.histamine_per_cell_skin + organ]
        tryptase_ng += fired[organ] * r[BODY_RATE.tryptase_ng_per_cell_skin + organ]
        share = fired[organ] / max(1, state.organ_start[organ + 1] - state.organ_start[organ])
        x[BODY.local_skin + organ] = relaxed(
            x[BODY.local_skin + organ], 0.0, share / minutes, kept[3], r[BODY_RATE.local_rate]
        )
        share_lung = share if organ == 1 else share_lung
    step_relief(x, rates.relief, rates.chain[k], share_lung / minutes, minutes)
    skin_relief, relief = relief_of(x, rates.relief)
    rest = r[BODY_RATE.histamine_rest]
    x[BODY.histamine] = relaxed(x[BODY.histamine], rest, histamine / minutes, kept[0], r[BODY_RATE.histamine_rate])
    absorbed = (1.0 - kept[1]) * x[BODY.tryptase_tissue] * r[BODY_RATE.tryptase_per_ng]
    x[BODY.tryptase_tissue] = x[BODY.tryptase_tissue] * kept[1] + tryptase_ng
    x[BODY.tryptase] = relaxed(
        x[BODY.tryptase], r[BODY_RATE.tryptase_rest], absorbed / minutes, kept[2], r[BODY_RATE.tryptase_rate]
    )
    rise = (x[BODY.histamine] - rest) * r[BODY_RATE.pressure_scale] / relief
    x[BODY.systolic] = systolic_pressure(r[BODY_RATE.rest_mmhg], rise, r[BODY_RATE.fall_max], r[BODY_RATE.ec50])
    skin = max(x[BODY.histamine] / r[BODY_RATE.flush], x[BODY.local_skin] / r[BODY_RATE.skin]) / skin_relief
    blocked = rates.relief[RELIEF.leukotriene_block] * min(x[BODY.leukotriene], x[BODY.local_lung])
    airway, gut = (x[BODY.local_lung] - blocked) / r[BODY_RATE.lung], x[BODY.local_gut] / r[BODY_RATE.gut]
    state.count[COUNT.grade] = grade(
        skin, airway / relief, gut / relief, x[BODY.systolic], r[BODY_RATE.moderate_mmhg], r[BODY_RATE.severe_mmhg],
        r[BODY_RATE.airway_severe],
    )  # fmt: skip


@njit(**_OPTIONS)
def note_extremes(state):
    """Keep the worst grade and the highest and lowest levels."""
    x, count = state.body, state.count
    x[BODY.peak_histamine] = max(x[BODY.peak_histamine], x[BODY.histamine])
    x[BODY.peak_tryptase] = max(x[BODY.peak_tryptase], x[BODY.tryptase])
    x[BODY.lowest_systolic] = min(x[BODY.lowest_systolic], x[BODY.systolic])
    count[COUNT.worst] = max(count[COUNT.worst], count[COUNT.grade])


@njit(**_OPTIONS)
def write_row(state, rates, now):
    """Append a row to the time series; returns whether the table is full."""
    row = state.count[COUNT.rows]
    fired = state.count[COUNT.fired_skin] + state.count[COUNT.fired_lung] + state.count[COUNT.fired_gut]
    out = state.record[row]
    out[0] = now * BASE_MIN
    out[1] = state.drug[0, 0] / rates.litres[0]
    out[2] = state.drug[0, 2] * rates.antigen_per_mg[0]
    out[3] = state.body[BODY.histamine]
    out[4] = state.body[BODY.tryptase]
    out[5] = state.body[BODY.systolic]
    out[6] = fired
    out[7] = state.count[COUNT.grade]
    out[8] = state.body[BODY.leukotriene]
    out[9] = state.body[BODY.adrenaline_mg] * rates.relief[RELIEF.adrenaline_ng_per_ml_per_mg]
    state.count[COUNT.rows] = row + 1
    return row + 1 == state.record.shape[0]


@njit(**_OPTIONS)
def note_symptoms(count, now, grade_before):
    """Keep when symptoms were last seen; returns whether they have just begun."""
    if count[COUNT.grade] == 0:
        return False
    begins = grade_before == 0
    if begins:
        count[COUNT.symptom_free_bins] = now - count[COUNT.last_symptom_bin]
    count[COUNT.last_symptom_bin] = now
    return begins


@njit(**_OPTIONS)
def advance(state, rates, t0, t1, pause_at=NEVER):
    """Let time pass from base bin `t0` to `t1`, at most until symptoms begin.

    Parameters
    ----------
    pause_at : int
        Return also after the first step that ends at or beyond this base bin. Steps are planned towards `t1` all the
        same, so that looking on changes nothing.

    Returns
    -------
    now, reason : int
        Base bin reached, and `REACHED`, `REACTION` (first symptom after a symptom-free moment), `ROWS_FULL` or
        `PAUSED`.
    """
    now, count = t0, state.count
    while now < t1:
        before = count[COUNT.grade]
        k = choose_step(state, rates, now, t1)
        count[COUNT.step] = k
        count[COUNT.steps_taken] += 1
        start, end, efficacy = agonist_level(state, rates, k, pump_rates(state.pump, now, k))
        antigens = step_drug(state, rates, now, k)
        fired = step_cells(state, rates, now, k, antigens, (0.5 * (start + end), efficacy))
        step_body(state, rates, k, fired)
        note_extremes(state)
        now += 1 << k
        begins = note_symptoms(count, now, before)
        full = False
        if state.record.shape[0] > 0 and now % BINS_PER_MIN == 0:
            full = write_row(state, rates, now)
        if begins:
            return now, REACTION
        if full:
            return now, ROWS_FULL
        if now >= pause_at:
            return now, PAUSED
    return now, REACHED
