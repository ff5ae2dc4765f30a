"""The slow twin of the delayed mechanism: T cells and keratinocytes as plain Python objects.

Cells of a clone live competing exponential clocks (Gillespie by first event, cell by cell). On the lattice each T cell
walks, stops and hits; each hit has an exponential life of its own; time is continuous everywhere.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

NEVER = math.inf


class CloneRules:
    """Rates per day of one clone at one strength of antigen."""

    def __init__(self, p: Mapping[str, float], antigen: float) -> None:
        x = antigen
        self.prime = p["clones.priming_per_day"] * x * x / (1 + x * x)
        self.silence = p["clones.anergy_per_day"] * x / (x + p["clones.anergy_half_antigen"]) / (1 + x * x)
        self.lag_stage = 3 * 24 / p["clones.lag_h"]
        self.divide = 24 / p["clones.division_h"] * x / (x + p["clones.division_half_antigen"])
        rescue = x / (x + p["clones.survival_half_antigen"])
        self.desert = p["clones.death_per_day"] * (1 - rescue)
        self.die = p["clones.death_per_day"] * (1 - p["clones.rescued_share"] * rescue)
        self.home = p["clones.homing_per_day"]
        self.memory_share = p["clones.memory_share"]
        self.divisions = round(p["clones.divisions"])


def clone_after(naive: int, rules: CloneRules, days: float, rng: random.Random) -> dict[str, int]:
    """Cells of a clone by what they have become after so many days of steady antigen, followed one by one."""
    found = dict.fromkeys(("naive", "silenced", "lag", "dividing", "effector", "skin", "memory", "dead"), 0)
    waiting = [("naive", 0, 0.0)] * naive
    while waiting:
        kind, number, now = waiting.pop()
        if kind == "naive":
            rates = {"lag": rules.prime, "silenced": rules.silence}
        elif kind == "lag":
            rates = {"on": rules.lag_stage}
        elif kind == "dividing":
            rates = {"split": rules.divide, "effector": rules.desert}
        elif kind == "effector":
            rates = {"skin": rules.home, "end": rules.die}
        else:
            found[kind] += 1
            continue
        total = sum(rates.values())
        now += rng.expovariate(total) if total > 0 else NEVER
        if now > days:
            found[kind] += 1
            continue
        becomes = rng.choices(list(rates), list(rates.values()))[0]
        if becomes == "lag":
            waiting.append(("lag", 0, now))
        elif becomes == "on":
            waiting.append(("lag", number + 1, now) if number < 2 else ("dividing", 0, now))
        elif becomes == "split":
            kind = "dividing" if number + 1 < rules.divisions else "effector"
            waiting.extend([(kind, number + 1, now)] * 2)
        elif becomes == "end":
            found["memory" if rng.random() < rules.memory_share else "dead"] += 1
        else:
            waiting.append((becomes, 0, now))
    return found


class Keratinocyte:
    """A site of the lattice."""

    def __init__(self, endurance: float) -> None:
        self.alive, self.endurance = True, endurance
        self.hits_until: list[float] = []

    def hit(self, now: float, life: float, to_kill: int) -> bool:
        """Take a hit that is repaired after `life` minutes; returns whether it killed."""
        self.hits_until = [end for end in self.hits_until if end > now] + [now + life]
        if len(self.hits_until) >= to_kill:
            self.alive = False
        return not self.alive


class TCell:
    """A cytotoxic T cell: where it is, whether it holds a target, and when its next event is."""

    def __init__(self, x: int, y: int, next_min: float) -> None:
        self.x, self.y, self.next_min, self.engaged = x, y, next_min, False


class Patch:
    """A square of keratinocytes with T cells; granulysin lives in coarse places and is stepped finely."""

    def __init__(self, p: Mapping[str, float], side: int, place: int, rng: random.Random) -> None:
        self.p, self.side, self.place, self.rng = p, side, place, rng
        self.cells = [[Keratinocyte(rng.expovariate(1.0)) for _ in range(side)] for _ in range(side)]
        self.t_cells: list[TCell] = []
        n = side // place
        self.level = [[0.0] * n for _ in range(n)]
        self.hazard = [[0.0] * n for _ in range(n)]
        self.dead = [[0] * n for _ in range(n)]
        site_um = 1000 / math.sqrt(p["epidermis.sites_per_mm2"])
        self.move_min = site_um / p["epidermis.ctl_speed_um_per_min"]
        self.place_um = site_um * place
        self.release = p["epidermis.granulysin_per_hit_mm2"] / (self.place_um / 1000) ** 2
        self.by_contact, self.by_granulysin, self.hits = 0, 0, 0

    def enter(self, count: int) -> None:
        """Let T cells enter anywhere, at once."""
        for _ in range(count):
            self.t_cells.append(TCell(self.rng.randrange(self.side), self.rng.randrange(self.side), 0.0))

    def run(self, minutes: float, engage: float, dt: float = 0.5) -> None:
        """Let time pass: T cells by their own clocks, granulysin in steps of `dt`."""
        for step in range(round(minutes / dt)):
            end = (step + 1) * dt
            for t_cell in self.t_cells:
                while t_cell.next_min < end:
                    self.live(t_cell, engage)
            self.diffuse(dt)

    def live(self, t_cell: TCell, engage: float) -> None:
        """One event of a T cell: it hits what it holds, or moves on and may stop."""
        p, rng, now = self.p, self.rng, t_cell.next_min
        if t_cell.engaged:
            target = self.cells[t_cell.y][t_cell.x]
            t_cell.engaged = False
            if target.alive:
                self.hit(target, t_cell, now)
                t_cell.engaged = rng.random() < p["epidermis.stay_chance"]
        else:
            dx, dy = rng.choice([(0, -1), (0, 1), (-1, 0), (1, 0)])
            t_cell.x = min(max(t_cell.x + dx, 0), self.side - 1)
            t_cell.y = min(max(t_cell.y + dy, 0), self.side - 1)
            t_cell.engaged = self.cells[t_cell.y][t_cell.x].alive and rng.random() < engage
        t_cell.next_min += rng.expovariate(1 / p["epidermis.hit_min"]) if t_cell.engaged else self.move_min

    def hit(self, target: Keratinocyte, t_cell: TCell, now: float) -> None:
        """A hit, with its granulysin."""
        p, py, px = self.p, t_cell.y // self.place, t_cell.x // self.place
        self.hits += 1
        dead = self.dead[py][px] / self.place**2
        rest = p["epidermis.granulysin_at_rest"]
        self.level[py][px] += self.release * (rest + (1 - rest) * dead / (dead + p["epidermis.arming_half_share"]))
        life = self.rng.expovariate(math.log(2) / p["epidermis.hit_half_life_min"])
        if target.hit(now, life, round(p["epidermis.hits_to_kill"])):
            self.by_contact += 1
            self.dead[py][px] += 1

    def diffuse(self, dt: float) -> None:
        """Granulysin spreads, fades and kills."""
        n, old = len(self.level), self.level
        spread = 60 * self.p["epidermis.granulysin_diffusion_um2_per_s"] / self.place_um**2 * dt
        fade = math.exp(-math.log(2) / self.p["epidermis.granulysin_half_life_min"] * dt)
        self.level = [[0.0] * n for _ in range(n)]
        for y in range(n):
            for x in range(n):
                near = [old[b][a] for a, b in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)) if 0 <= a < n > b >= 0]
                level = (old[y][x] + spread * (sum(near) - len(near) * old[y][x])) * fade
                cube = level**3
                self.level[y][x] = level
                self.hazard[y][x] += dt * self.p["epidermis.bystander_per_h"] / 60 * cube / (1 + cube)
                if cube > 1e-9:
                    self.poison(y, x)

    def poison(self, y: int, x: int) -> None:
        """Whose endurance the hazard of a place has passed dies."""
        for row in self.cells[y * self.place : (y + 1) * self.place]:
            for cell in row[x * self.place : (x + 1) * self.place]:
                if cell.alive and cell.endurance <= self.hazard[y][x]:
                    cell.alive = False
                    self.by_granulysin += 1
                    self.dead[y][x] += 1
