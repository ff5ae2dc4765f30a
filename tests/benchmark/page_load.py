"""How the teaching page bears visitors: pictures a second, click to picture, and memory over time. Not a test.

``python tests/benchmark/page_load.py --visitors 10 --seconds 60`` opens real browser pages on this machine, so that the
browser's own work counts too. Every page plays a comparison of two arms with 10,000 mast cells over and over.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from browsers import find_browser, served  # noqa: E402

from abm import run_study  # noqa: E402

_PROBE = """() => {
  const board = document.querySelector('.board'), main = document.querySelector('button.main');
  window.probe = {times: [], pictures: 0};
  new MutationObserver(() => { window.probe.pictures += 1; if (window.probe.asked) {
    window.probe.times.push(performance.now() - window.probe.asked); window.probe.asked = 0; } })
    .observe(board, {attributes: true, attributeFilter: ['data-frames', 'data-clock']});
  const button = text => [...document.querySelectorAll('.transport button')].find(b => b.textContent.includes(text));
  window.again = setInterval(() => {
    if (main.disabled) button('again').click(); else if (main.textContent.includes('Play')) main.click(); }, 250);
  window.clicked = setInterval(() => { if (!window.probe.asked && !button('Step').disabled) {
    window.probe.asked = performance.now(); button('Step').click(); } }, 5000);
}"""


def memory_mb(pid: int) -> float:
    """Resident memory of a process, MB; NaN where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def server_pid() -> int:
    """Process of the server, which is the child of this one that runs `serve`."""
    children = Path(f"/proc/self/task/{Path('/proc/self').resolve().name}/children")
    for child in children.read_text(encoding="utf-8").split() if children.exists() else ():
        if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    return 0


def measure(visitors: int, seconds: float, cells: int) -> None:
    """Open the pages, let them play, and print a table."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        run_study("comparison", patients=1, cells=cells, out=Path(folder) / "run")
        with served(str(Path(folder) / "run")) as address, sync_playwright() as playwright:
            time.sleep(20.0)  # the other lessons are being prepared
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            pages = [_opened(browser, address) for _ in range(visitors)]
            pid, start = server_pid(), time.monotonic()
            print(
                f"{visitors} visitors, two arms of {cells:,} mast cells\n"
                "  minute  pictures/s each  click to picture p95 ms  server MB"
            )
            while time.monotonic() - start < seconds:
                before = [page.evaluate("window.probe.pictures") for page in pages]
                last = time.monotonic()
                time.sleep(min(60.0, seconds))
                print(
                    _line(pages, before, time.monotonic() - last, (time.monotonic() - start) / 60.0, memory_mb(pid)),
                    flush=True,
                )
            browser.close()


def _opened(browser: Any, address: str) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(f"{address}/?lesson=run&first=full_dose&second=rdd")
    page.wait_for_selector(".board[data-ready=true]", timeout=120_000)
    page.evaluate(_PROBE)
    return page


def _line(pages: list[Any], before: list[int], passed: float, minute: float, megabytes: float) -> str:
    seen = [page.evaluate("window.probe.pictures") - count for page, count in zip(pages, before, strict=True)]
    times = [time for page in pages for time in page.evaluate("window.probe.times")]
    slowest = np.percentile(times, 95) if times else float("nan")
    return f"  {minute:6.1f}  {min(seen) / passed:7.1f} – {max(seen) / passed:.1f}  {slowest:23.0f}  {megabytes:9.0f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cells", type=int, default=10_000)
    told = parser.parse_args()
    measure(told.visitors, told.seconds, told.cells)
