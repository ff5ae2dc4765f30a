"""Slow immunity through one block of 8 h 32 min.

====  ====================================================  =================================
 #    what happens in a block                               where
====  ====================================================  =================================
 1    antigen that lymph nodes show, of drug in the body    `step_antigen`,
      and of what is adsorbed under the skin; priming       biology/slow_immunity.py
 2    B cells: naive, recalled, plasma cells, memory        `step_b_cells`
 3    regulatory T cells and IgG4                           `step_regulation`
 4    anti-IgE, and the share of IgE that it leaves free    `step_anti_ige`
 5    IgE in serum, on mast cells and basophils             `step_ige`
====  ====================================================  =================================
"""

from __future__ import annotations

from numba import njit

from abm.biology.slow_immunity import divided, either, followed, free_share, loaded, receptor_level, saturation, steep
from abm.engine.slow_rates import OWN, PURSUIT, SHARED
from abm.engine.slow_state import ANSWER, NAIVE_STAGES, SERUM, SLOW_DAYS
from abm.random_streams import exp_negative

_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def pursue(row, index, start, end, pursuit, which):
    """Let `row[index]` follow what goes from `start` to `end`; returns what it was before."""
    before = row[index]
    row[index] = followed(before, start, end, pursuit[1, which], pursuit[2, which])
    return before


@njit(**_OPTIONS)
def step_antigen(row, own, shared, pursuit, in_body):
    """Sub-step 1; `in_body` is the mean share of B cells that drug in the body reaches. True if this primes."""
    lying = pursue(row, ANSWER.depot, 0.0, 0.0, pursuit, PURSUIT.depot)
    half = shared[SHARED.depot_half]
    beside = 0.5 * (saturation(lying, half) + saturation(row[ANSWER.depot], half))
    presence = either(in_body, beside)
    pursue(row, ANSWER.shown, presence, presence, pursuit, PURSUIT.shown)
    row[ANSWER.hazard] += own[OWN.prime_per_d] * presence * SLOW_DAYS
    if row[ANSWER.primed] > 0.0 or row[ANSWER.hazard] < own[OWN.threshold]:
        return False
    row[ANSWER.primed] = 1.0
    row[ANSWER.naive] += own[OWN.set_point]
    return True


@njit(**_OPTIONS)
def recall_drive(row, shown, shared):
    """IgE that memory adds per day: ``r·M·z / ((1 + G/G½)·(1 + κ·ρ))``."""
    regulation = max(row[ANSWER.regulation], row[ANSWER.regulation_lasting])
    left = divided(row[ANSWER.igg4], shared[SHARED.igg4_half]) / (1.0 + shared[SHARED.recall_damping] * regulation)
    return shared[SHARED.recall_per_d] * row[ANSWER.memory] * shown * left


@njit(**_OPTIONS)
def step_b_cells(row, shown_before, shared, pursuit):
    """Sub-step 2: naive cells in four stages, recalled ones in two; each stage follows the one before it."""
    rate = pursuit[0]
    start, end = 0.0, 0.0
    for stage in range(NAIVE_STAGES):
        start = pursue(row, ANSWER.naive + stage, start, end, pursuit, PURSUIT.naive)
        end = row[ANSWER.naive + stage]
    naive_start, naive_end = start * rate[PURSUIT.naive], end * rate[PURSUIT.naive]
    start = recall_drive(row, shown_before, shared) / rate[PURSUIT.recall]
    end = recall_drive(row, row[ANSWER.shown], shared) / rate[PURSUIT.recall]
    start = pursue(row, ANSWER.recall, start, end, pursuit, PURSUIT.recall)
    start = pursue(row, ANSWER.recall_late, start, row[ANSWER.recall], pursuit, PURSUIT.recall) * rate[PURSUIT.recall]
    end = row[ANSWER.recall_late] * rate[PURSUIT.recall]
    per_short = 1.0 / rate[PURSUIT.short_lived]
    dying = rate[PURSUIT.short_lived] * shared[SHARED.long_share]
    first = dying * pursue(row, ANSWER.short_lived, start * per_short, end * per_short, pursuit, PURSUIT.short_lived)
    last = dying * row[ANSWER.short_lived]
    fill(row, ANSWER.long_lived, naive_start + first, naive_end + last, pursuit, PURSUIT.long_lived)
    back = shared[SHARED.memory_return]
    fill(row, ANSWER.memory, naive_start + back * start, naive_end + back * end, pursuit, PURSUIT.memory)


@njit(**_OPTIONS)
def fill(row, index, start, end, pursuit, which):
    """Let an inflow per day, from `start` to `end` in a straight line, into what is lost slowly or not at all."""
    rate = pursuit[0, which]
    if rate > 0.0:
        pursue(row, index, start / rate, end / rate, pursuit, which)
    else:
        row[index] += 0.5 * (start + end) * SLOW_DAYS


@njit(**_OPTIONS)
def step_regulation(row, shown_before, shared, pursuit):
    """Sub-step 3: regulatory T cells in two stages, those that last, and IgG4 that they call for.

    Left out in people without memory for the drug: nothing is there that could be turned.
    """
    half = shared[SHARED.regulation_half]
    start, end = steep(shown_before, half), steep(row[ANSWER.shown], half)
    start = pursue(row, ANSWER.regulation_early, start, end, pursuit, PURSUIT.regulation)
    start = pursue(row, ANSWER.regulation, start, row[ANSWER.regulation_early], pursuit, PURSUIT.regulation)
    end = row[ANSWER.regulation]
    lasting = row[ANSWER.regulation_lasting]
    if end > lasting:
        pursue(row, ANSWER.regulation_lasting, start, end, pursuit, PURSUIT.lasting)
    else:
        pursue(row, ANSWER.regulation_lasting, 0.0, 0.0, pursuit, PURSUIT.lasting_lost)
    most = shared[SHARED.igg4_most]
    cells = pursue(row, ANSWER.igg4_cells, most * start, most * end, pursuit, PURSUIT.igg4_cells)
    pursue(row, ANSWER.igg4, cells, row[ANSWER.igg4_cells], pursuit, PURSUIT.igg4)


@njit(**_OPTIONS)
def total_ige(answer, serum):
    """All IgE in serum, free and bound, kU/L."""
    return serum[SERUM.other_ige] + answer[0, ANSWER.ige] + answer[1, ANSWER.ige]


@njit(**_OPTIONS)
def step_anti_ige(answer, serum, shared, pursuit):
    """Sub-step 4: absorption and loss of anti-IgE, and the equilibrium with IgE; free IgE is all of it without."""
    if serum[SERUM.under_skin] + serum[SERUM.anti_ige] < 1e-9:
        serum[SERUM.free], serum[SERUM.under_skin], serum[SERUM.anti_ige] = 1.0, 0.0, 0.0
        return
    waiting = pursue(serum, SERUM.under_skin, 0.0, 0.0, pursuit, PURSUIT.skin)
    ige_nm = total_ige(answer, serum) * shared[SHARED.nm_per_ku]
    total = max(serum[SERUM.anti_ige], 1e-9)
    bound = min(1.0, (1.0 - serum[SERUM.free]) * ige_nm / total)
    lost = shared[SHARED.anti_per_d] * (1.0 - bound) + shared[SHARED.bound_per_d] * bound
    kept = exp_negative(lost * SLOW_DAYS)
    serum[SERUM.anti_ige] = serum[SERUM.anti_ige] * kept + (waiting - serum[SERUM.under_skin]) * kept**0.5
    serum[SERUM.free] = free_share(ige_nm, serum[SERUM.anti_ige], shared[SHARED.dissociation])


@njit(**_OPTIONS)
def step_ige(answer, serum, made, free_before, own, shared, pursuit):
    """Sub-step 5; `made` holds what plasma cells sustained at the start of the block, of both specificities."""
    free_per_d, free = shared[SHARED.free_per_d], serum[SERUM.free]
    loss = free_per_d
    if free < 1.0 or free_before < 1.0:
        mean = 0.5 * (free + free_before)
        loss = free_per_d * mean + shared[SHARED.bound_per_d] * (1.0 - mean)
    x = loss * SLOW_DAYS
    kept = exp_negative(x)
    late = 1.0 - (1.0 - kept) / x
    level, sustained = free_per_d / loss, shared[SHARED.other_made] / loss
    before = free_before * total_ige(answer, serum)
    old = (answer[0, ANSWER.ige], answer[1, ANSWER.ige])
    serum[SERUM.other_ige] = followed(serum[SERUM.other_ige], sustained, sustained, kept, late)
    for a in range(2):
        now = answer[a, ANSWER.short_lived] + answer[a, ANSWER.long_lived]
        answer[a, ANSWER.ige] = followed(old[a], level * made[a], level * now, kept, late)
    after = free * total_ige(answer, serum)
    half, least, affinity = shared[SHARED.receptor_half], shared[SHARED.receptor_least], shared[SHARED.affinity]
    for a in range(2):
        scale = own[a, OWN.receptors]
        start = scale * loaded(before, free_before * old[a], half, least, affinity)
        end = scale * loaded(after, free * answer[a, ANSWER.ige], half, least, affinity)
        pursue(answer[a], ANSWER.receptors, start, end, pursuit, PURSUIT.receptors)
    was = shared[SHARED.basophil_before]
    start, end = receptor_level(before, half, least) / was, receptor_level(after, half, least) / was
    pursue(serum, SERUM.basophil, start, end, pursuit, PURSUIT.basophil)


@njit(**_OPTIONS)
def move_slow_block(answer, serum, own, shared, pursuit, first, second):
    """Move by a block; `first` and `second` are the presence of the two drugs. Returns which primed, bit by bit."""
    made = (
        answer[0, ANSWER.short_lived] + answer[0, ANSWER.long_lived],
        answer[1, ANSWER.short_lived] + answer[1, ANSWER.long_lived],
    )
    free_before, primed = serum[SERUM.free], 0
    for a in range(2):
        row = answer[a]
        if own[a, OWN.set_point] == 0.0 and row[ANSWER.memory] == 0.0:
            continue
        shown_before = row[ANSWER.shown]
        if step_antigen(row, own[a], shared, pursuit, first if a == 0 else second):
            primed += 1 << a
        step_b_cells(row, shown_before, shared, pursuit)
        if row[ANSWER.primed] > 0.0:
            step_regulation(row, shown_before, shared, pursuit)
    step_anti_ige(answer, serum, shared, pursuit)
    step_ige(answer, serum, made, free_before, own, shared, pursuit)
    return primed


@njit(**_OPTIONS)
def effects(answer, shared):
    """What mast cells feel of it: receptors of both specificities, the share of antigen that IgG4 of each leaves, and
    the share of the net signal that regulatory T cells leave (they curb the cell, whatever the allergen).
    """
    regulation = 0.0
    for a in range(2):
        regulation = max(regulation, answer[a, ANSWER.regulation], answer[a, ANSWER.regulation_lasting])
    return (
        answer[0, ANSWER.receptors],
        answer[1, ANSWER.receptors],
        divided(answer[0, ANSWER.igg4], shared[SHARED.igg4_half]),
        divided(answer[1, ANSWER.igg4], shared[SHARED.igg4_half]),
        1.0 / (1.0 + shared[SHARED.mast_cell_damping] * regulation),
    )


@njit(**_OPTIONS)
def to_be_felt(answer, shared, felt, tolerance, few):
    """Whether an effect differs from what the cells feel now by more than `tolerance` of it.

    Fewer than `few` receptors count as that many.
    """
    now = effects(answer, shared)
    for i in range(5):
        least = few if i < 2 else 0.0
        if abs(now[i] - felt[i]) > tolerance * max(felt[i], least):
            return True
    return False


@njit(**_OPTIONS)
def rest_blocks(answer, serum, own, shared, pursuit, blocks, felt, tolerance, few):
    """Move on without drug by up to `blocks`, until mast cells feel it or a specificity is primed.

    Returns
    -------
    moved, primed : int
        Blocks, and the specificities primed in the last of them, bit by bit.
    """
    for block in range(blocks):
        primed = move_slow_block(answer, serum, own, shared, pursuit, 0.0, 0.0)
        if primed > 0 or to_be_felt(answer, shared, felt, tolerance, few):
            return block + 1, primed
    return blocks, 0
