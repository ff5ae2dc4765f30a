"""Run the decision map (mechanism × strategy), print it and draw it into the run folder.

``python scripts/decision_map.py --patients 100 --out runs/map`` takes some minutes; the same command again resumes.
Research and teaching software, not medical advice.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from abm import load_study, run_script, run_study
from analysis import decision_table, plot_decision_map

STRATEGIES = ("full_dose", "slow", "ladder", "premedicated", "avoided")
LABELS = {
    "penicillin_g": "IgE\n(penicillin G)",
    "vancomycin": "MRGPRX2\n(vancomycin)",
    "carbamazepine": "T cells\n(carbamazepine,\nafter SJS/TEN)",
    "full_dose": "full dose\nin 10 min", "slow": "as slowly as\nthe ladder", "ladder": "12-step ladder",
    "premedicated": "H1 + H2, then\nfull dose", "avoided": "avoided",
}  # fmt: skip


def main() -> None:
    """Run, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100, help="patients for each mechanism")
    parser.add_argument("--cells", type=int, help="mast cells of each patient, in all points")
    parser.add_argument("--out", type=Path, default=Path("runs/decision_map"), help="run folder")
    parser.add_argument("--workers", type=int, help="threads")
    chosen = parser.parse_args()
    overrides = [f"patients={chosen.patients}"]
    overrides += [f"sweep.zip.cells=[{chosen.cells}, {chosen.cells}, 10]"] if chosen.cells else []
    sweep = run_study(load_study("decision_map", overrides), out=chosen.out, workers=chosen.workers)
    table = decision_table(sweep, arms=STRATEGIES)
    print(table.round(3).to_string(index=False))
    print("Research and teaching software, not medical advice.")
    table.to_csv(chosen.out / "decision_map.csv", index=False)
    plot_decision_map(table, labels=LABELS).savefig(chosen.out / "decision_map.png", dpi=120)
    print(f"Table and figure: {chosen.out / 'decision_map.csv'}, {chosen.out / 'decision_map.png'}")


if __name__ == "__main__":
    run_script(main)
