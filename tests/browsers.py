"""What tests in a real browser need: a browser that is there, a server of their own, and eyes on what goes wrong."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_START_S = 300.0


def find_browser() -> str | None:
    """Return the program of a browser on this machine; DESENSIM_BROWSER names one, and ``none`` is none."""
    named = os.environ.get("DESENSIM_BROWSER")
    if named:
        return None if named == "none" else named
    found = [path for name in NAMES if (path := shutil.which(name))]
    return (found + [path for path in PLACES if Path(path).is_file()] + [None])[0]


@contextlib.contextmanager
def served(*words: str) -> Iterator[str]:
    """Run ``desensim serve`` on a free port until the block ends; yields its address."""
    command = [sys.executable, "-c", "from abm.cli import main; main()", "serve", "--no-open", "--port", "0", *words]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"}
    server = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter(server.stderr.readline, "")), daemon=True)
    reader.start()
    try:
        yield _address(server, lines)
        if hasattr(signal, "SIGPIPE"):  # as when a browser goes while it is answered
            server.send_signal(signal.SIGPIPE)
            time.sleep(0.3)
        ended = server.poll()
    finally:
        server.terminate()
        server.wait(timeout=20)
        reader.join(timeout=5)
        server.stderr.close()
    assert ended is None, f"the server ended with {ended}: {''.join(lines)}"
    assert not [line for line in lines if "Traceback" in line], "".join(lines)


def _address(server: subprocess.Popen[str], lines: list[str]) -> str:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and server.poll() is None:
        told = [line.split()[4] for line in list(lines) if line.startswith("the page is at ")]
        if told:
            return told[0]
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {''.join(lines)}")


class Watch:
    """Keeps what a page complains about and where it sends requests."""

    def __init__(self, page: Any, address: str) -> None:
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("console", lambda said: said.type == "error" and self.errors.append(said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda asked: self._note(asked.url, address))
        page.on("websocket", lambda wire: self._note(wire.url.replace("ws://", "http://", 1), address))

    def _note(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.outside.append(url)
