"""The scripts that scientists copy run, are short, and use public calls only."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import abm
import analysis

ROOT = Path(abm.__file__).parents[1]
SCRIPT = ROOT / "scripts" / "run_population.py"


def test_run_population_runs(tmp_path) -> None:
    words = ["comparison", "--patients", "3", "--cells", "200", "--out", "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", str(SCRIPT), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "rdd" in done.stdout
    assert "not medical advice" in done.stdout
    summary = pd.read_csv(tmp_path / "run" / "summary.csv")
    assert summary["arm"].tolist() == ["full_dose", "rdd", "interruption"]
    assert summary["n"].tolist() == [3, 3, 3]
    again = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)
    assert again.stdout == done.stdout


@pytest.mark.parametrize("script", ["run_population", "sweep_protocols", "fit_mrgprx2", "decision_map", "make_figures"])
def test_scripts_to_copy_are_short_and_use_public_calls(script) -> None:
    text = (ROOT / "scripts" / f"{script}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    public = {"abm": set(abm.__all__), "analysis": set(analysis.__all__)}
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in public or node.module in public
            assert {alias.name for alias in node.names} <= public.get(node.module, {alias.name for alias in node.names})
        elif isinstance(node, ast.Import):
            for alias in node.names:
                whole, name = alias.name.partition(".")[0], alias.asname or alias.name
                assert whole not in public or used_of(name, tree) <= public[alias.name]


def used_of(module: str, tree: ast.AST) -> set[str]:
    """Attributes of a module that a script uses."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    return {node.attr for node in found if node.value.id == module}


def test_sweep_protocols_prints_every_arm_and_draws(tmp_path) -> None:
    words = ["--patients", "4", "--cells", "100", "--seed", "2", "--workers", "2", "--out", "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", str(ROOT / "scripts" / "sweep_protocols.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=600)
    assert done.returncode == 0, done.stderr
    outcomes = pd.read_parquet(tmp_path / "run" / "outcomes.parquet")
    printed = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert set(outcomes["arm"]) <= printed
    assert len(outcomes) == 4 * 22
    assert "not medical advice" in done.stdout
    for name in ("sweep", "step_at_breakthrough", "bell"):
        assert (tmp_path / "run" / f"{name}.png").stat().st_size > 10_000


@pytest.mark.slow
def test_make_figures_draws_every_figure(tmp_path) -> None:
    words = ["--out", "figures", "--patients", "6", "--cells", "200"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", str(ROOT / "scripts" / "make_figures.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=600)
    assert done.returncode == 0, done.stderr
    drawn = sorted(path.name for path in (tmp_path / "figures").glob("*.png"))
    assert len(drawn) == 40
    for name in drawn:
        with Image.open(tmp_path / "figures" / name) as picture:
            width, dots_an_inch = picture.width, picture.info["dpi"][0]
        assert (width, round(dots_an_inch)) == ((1280, 96) if name.endswith("_slide.png") else (3508, 300))


def test_make_figures_has_every_figure_of_the_package() -> None:
    tree = ast.parse((ROOT / "scripts" / "make_figures.py").read_text(encoding="utf-8"))
    public = {name for name in analysis.__all__ if name.startswith("plot_")}
    assert len(public) >= 19
    assert public - used_of("an", tree) == set()


WRONG = [
    ("interruption_atlas", "--drugs nix", "unknown drug 'nix'"),
    ("interruption_atlas", "--patients 0", "patients is 0; allowed: 1 to"),
    ("interruption_atlas", "--patients 2 --out other", "other is not empty and holds no run; choose another --out"),
    ("decision_map", "--patients 0", "patients is the number 0; allowed: 1 to"),
    ("make_figures", "--patients 0", "patients is 0; allowed: 1 to"),
    ("make_figures", "--out letter/figures", "cannot write letter/figures"),
    ("run_population", "nix", "no such file, and no shipped scenario of that name"),
    ("sweep_protocols", "--patients 0", "patients is 0; allowed: 1 to"),
    ("sweep_protocols", "comparison --patients 1 --cells 50 --out run", "there is no sweep to draw"),
    ("fit_mrgprx2", "--cells 0", "cells is 0; allowed: "),
    ("cell_experiments", "abc", "'abc' is no whole number of 1 or more"),
    ("error_table", "steps 0", "'0' is no whole number of 1 or more"),
    ("error_table", "stairs", "invalid choice: 'stairs'"),
    ("ladder_table", "nix", "invalid choice: 'nix'"),
    ("make_docs", "nowhere", "no folder nowhere"),
]


@pytest.mark.parametrize(("script", "words", "told"), WRONG)
def test_what_a_user_can_put_right_is_told_in_a_line(script, words, told, tmp_path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "diary.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "letter").write_text("dear", encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *words.split()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_of_a_library_keeps_its_traceback() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        abm.run_script(lambda: int("x"))
    with pytest.raises(SystemExit) as ended:
        abm.run_script(lambda: None)
    assert ended.value.code == 0


def test_fit_mrgprx2_fits_and_compares() -> None:
    words = ["--patients", "6", "--cells", "300", "--evaluations", "3"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", str(ROOT / "scripts" / "fit_mrgprx2.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "mrgprx2.drive = " in done.stdout
    assert "two_hours: " in done.stdout
    assert "3/10 (0.07 to 0.65)" in done.stdout
    assert "ot medical advice" in done.stdout
