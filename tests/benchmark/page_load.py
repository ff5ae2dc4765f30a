"""How the teaching page bears visitors: pictures a second, click to picture, and memory over time. Not a test.

``python tests/benchmark/page_load.py --visitors 10 --seconds 60`` opens real browser pages on this machine, so that the
browser's own work counts too. Every page plays a comparison of two arms with 10,000 mast cells over and over.
"""

from __future__ import annotations

import argparse
import contextlib
import os
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


def processes() -> dict[int, tuple[int, float, bool]]:
    """Every process below this one: parent, CPU seconds so far, and whether it is the server; empty but on Linux."""
    found, tick = {}, os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            words = (stat.parent / "cmdline").read_bytes()
            cpu_s = (int(fields[11]) + int(fields[12])) / tick
            found[int(stat.parent.name)] = (int(fields[1]), cpu_s, b"\0serve\0" in words)
    ours = {os.getpid()}
    while more := {pid for pid, (parent, _, _) in found.items() if parent in ours} - ours:
        ours |= more
    return {pid: told for pid, told in found.items() if pid in ours and pid != os.getpid()}


def used() -> tuple[float, float, float]:
    """CPU seconds so far of the server and of the browser, and the server's memory in MB."""
    seen = processes()
    server = [pid for pid, told in seen.items() if told[2]]
    status = [Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in server]
    memory = sum(int(line.split()[1]) for text in status for line in text.splitlines() if line.startswith("VmRSS"))
    of_server = sum(seen[pid][1] for pid in server)
    return of_server, sum(told[1] for told in seen.values()) - of_server, memory / 1024


def measure(visitors: int, seconds: float, cells: int) -> None:
    """Open the pages, let them play, and print a table."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        run_study("comparison", patients=1, cells=cells, out=Path(folder) / "run")
        with served(str(Path(folder) / "run")) as address, sync_playwright() as playwright:
            time.sleep(20.0)  # the other lessons are being prepared
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            pages = [_opened(browser, address) for _ in range(visitors)]
            start = time.monotonic()
            print(
                f"{visitors} visitors, two arms of {cells:,} mast cells\n"
                "  minute  pictures/s each  click to picture p95 ms  CPU ms/picture: server, browser  server MB"
            )
            while time.monotonic() - start < seconds:
                before, cpu, last = [page.evaluate("window.probe.pictures") for page in pages], used(), time.monotonic()
                time.sleep(min(60.0, seconds))
                after, passed = used(), time.monotonic() - last
                seen = [page.evaluate("window.probe.pictures") - n for page, n in zip(pages, before, strict=True)]
                times = [time for page in pages for time in page.evaluate("window.probe.times.splice(0)")]
                each = [1000.0 * (now - then) / sum(seen) for now, then in zip(after[:2], cpu, strict=False)]
                minute, slowest = (time.monotonic() - start) / 60.0, np.percentile(times or [np.nan], 95)
                rates = f"{min(seen) / passed:6.1f} – {max(seen) / passed:4.1f}"
                print(
                    f"  {minute:6.1f}  {rates:>15}  {slowest:23.0f}  {each[0]:20.1f}, {each[1]:7.1f}  {after[2]:9.0f}",
                    flush=True,
                )
            browser.close()


def _opened(browser: Any, address: str) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(f"{address}/?lesson=run&first=full_dose&second=rdd")
    page.wait_for_selector(".board[data-ready=true]", timeout=120_000)
    page.evaluate(_PROBE)
    return page


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cells", type=int, default=10_000)
    told = parser.parse_args()
    measure(told.visitors, told.seconds, told.cells)
