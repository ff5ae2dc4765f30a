"""The rules of the house, held by tests: who imports whom, how long files get, what a file may hold."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import abm

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("abm", "analysis")
SOURCES = sorted(path for folder in (*PACKAGES, "scripts", "tests") for path in (ROOT / folder).rglob("*.py"))
TEXTS = sorted(
    path
    for folder in (*PACKAGES, "scenarios", "scripts", "tests", "docs", ".ci", ".")
    for path in (ROOT.glob("*") if folder == "." else (ROOT / folder).rglob("*"))
    if path.is_file() and path.suffix in {".py", ".md", ".yaml", ".toml", ".cff", ".lock", ""}
)
PURE = {"__future__", "math", "numba", "numpy", "typing"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lint_imports(checkout: Path) -> str:
    """Run import-linter on a checkout and return what it says."""
    command = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.stdout + done.stderr


def imported_at_start(path: Path) -> set[str]:
    """The modules that a file imports when it is loaded, not inside its functions or for type checkers alone."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def functions(path: Path) -> list[tuple[str, int]]:
    """Each function of a file, with its lines less those of its docstring."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node, clean=False)
            length = node.end_lineno - node.lineno + 1 - (len(doc.splitlines()) if doc else 0)
            found.append((f"{relative(path)}: {node.name} has {length} lines", length))
    return found


def test_every_import_contract_is_kept():
    said = lint_imports(ROOT)
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken\.", said), said


def test_each_import_contract_can_break(tmp_path):
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    forbidden = {
        "abm/biology/receptors.py": "from abm.parameters import catalog",
        "abm/engine/state.py": "import mesa",
        "abm/scenario.py": "import matplotlib.pyplot",
        "abm/population.py": "def later():\n    import analysis.load",
        "abm/provenance.py": "import yaml",
        "analysis/load.py": "from abm.scenario import Scenario",
    }
    for name, line in forbidden.items():
        with open(tmp_path / name, "a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    assert re.search(r"Contracts: 0 kept, [1-9]\d* broken\.", lint_imports(tmp_path))


def test_biology_is_pure():
    mixed = {relative(path): imported_at_start(path) - PURE for path in (ROOT / "abm" / "biology").glob("*.py")}
    strangers = {
        name: others for name, modules in mixed.items() if (others := {m for m in modules if "abm.biology" not in m})
    }
    assert strangers == {}


def test_abm_imports_analysis_inside_functions_only():
    early = [
        relative(path)
        for path in (ROOT / "abm").rglob("*.py")
        if "page" not in path.parts and any(name.split(".")[0] == "analysis" for name in imported_at_start(path))
    ]
    assert early == []


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("abm", {"numba", "pandas", "mesa", "typer"}),
        ("abm.cli", {"mesa", "matplotlib", "numba", "pandas", "scipy"}),
        ("abm.study", {"mesa", "matplotlib", "solara"}),
    ],
)
def test_importing_one_part_does_not_pay_for_another(module, unwanted):
    program = f"import sys, {module}; print(*sorted(name for name in sys.modules if '.' not in name))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "abm" in loaded
    assert loaded & unwanted == set()


@pytest.mark.parametrize("name", abm.__all__)
def test_every_public_name_is_there(name):
    assert getattr(abm, name) is not None
    assert name in dir(abm)


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = abm.nothing_like_it


def test_no_file_is_longer_than_300_lines():
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_no_function_is_longer_than_40_lines():
    long = [text for path in SOURCES for text, length in functions(path) if length > 40]
    assert long == []


def test_no_module_is_named_like_the_standard_library():
    modules = {relative(path): path.stem for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    assert [name for name, stem in modules.items() if stem in sys.stdlib_module_names] == []


def test_folders_are_at_most_two_deep():
    assert [relative(path) for path in SOURCES if len(path.relative_to(ROOT).parts) > 3] == []


def test_nothing_depends_on_one_machine():
    place = re.compile(r"(?<![\w.~])/(?:home|root|work|Users)/\w")
    found = [relative(path) for path in TEXTS if place.search(path.read_text(encoding="utf-8", errors="replace"))]
    assert found == []


def test_nothing_is_left_open():
    mark = re.compile(r"\b(?:TO" "DO|FIX" "ME|XX" r"X)\b|NotImplemented" r"Error|pytest\.(?:mark\.)?(?:skip|xf" "ail)")
    found = [relative(path) for path in SOURCES if mark.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_every_source_file_says_what_it_is():
    silent = [relative(path) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert [name for name in silent if not name.endswith("__init__.py")] == []
