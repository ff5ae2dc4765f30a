"""The server of the page: on this computer alone, without the internet, without reloading."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import warnings
import webbrowser
from collections.abc import Callable

from abm.engine.kernel_cache import kernels_are_kept

HOST = "127.0.0.1"
_SETTINGS = {
    # What a visitor leaves behind is dropped soon after the browser has gone; nobody is followed; nothing is fetched.
    "SOLARA_KERNEL_CULL_TIMEOUT": "2m",
    "SOLARA_KERNEL_MAX_COUNT": "100",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_TITLE": "desensim",
    "SOLARA_MODE": "production",
}
_JANITOR_S = 60.0


class PortTaken(OSError):
    """Another program listens where the page should be."""


class ExtrasMissing(RuntimeError):
    """The packages of the page are not installed."""


def require_extras() -> None:
    """Raise `ExtrasMissing` with the line to type where Solara is not there."""
    from importlib.util import find_spec

    missing = [name for name in ("solara", "ipyvuetify", "uvicorn") if find_spec(name) is None]
    if missing:
        raise ExtrasMissing(
            f"the page needs {', '.join(missing)}. In a checkout: python3 scripts/run.py serve (it installs them); "
            f"elsewhere: {sys.executable} -m pip install 'desensim[viz]'"
        )


def bound(port: int) -> socket.socket:
    """Return a socket at `port`, or at any free one for 0; raises `PortTaken` where somebody listens already."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((HOST, port))
    except OSError as error:
        place.close()
        raise PortTaken(f"port {port} is taken ({error.strerror}); choose another: --port 0 takes any") from None
    return place


def prepare(say: Callable[[str], None], names: tuple[str, ...]) -> None:
    """Play lessons once, so that their kernels are compiled (and kept for the next start)."""
    from abm.page.lessons import lessons
    from abm.page.settings import settings_of
    from abm.page.stage import Stage

    for name in names:
        start = time.monotonic()
        stage = Stage(settings_of(lessons()[name]))
        stage.frame()
        while stage.running:
            stage.advance(1e9, 10.0)
        stage.frame()
        if time.monotonic() - start > 3.0:
            say(f"prepared {lessons()[name].title!r} in {time.monotonic() - start:.0f} s; kept for the next start")


def serve(port: int, browser: bool, mesa: bool, say: Callable[[str], None]) -> None:
    """Serve the page until it is interrupted.

    Parameters
    ----------
    port : int
        Where it listens, on this computer alone; 0 takes any free port.
    browser : bool
        Whether to open it in the browser.
    mesa : bool
        Mesa's plain page in place of the lessons.
    say : callable
        Takes lines for the terminal.
    """
    require_extras()
    os.environ.update({name: os.environ.get(name, value) for name, value in _SETTINGS.items()})
    place = bound(port)
    port = place.getsockname()[1]
    os.environ |= {"SOLARA_APP": "abm.page.plain" if mesa else "abm.page.app", "SERVER_NAME": HOST}
    os.environ["SERVER_PORT"] = str(port)
    if not kernels_are_kept():
        say("preparing the simulation (the first time on a computer this takes a minute)")
        prepare(say, ("minefield",))
    # Whoever comes from now on waits until the page is there, so that the browser starts while Python loads.
    place.listen(128)
    if browser:
        webbrowser.open(f"http://{HOST}:{port}")
    import uvicorn

    if hasattr(signal, "SIGPIPE"):
        # A browser that goes while it is being answered must not end the page for all others.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    # Solara says for every visitor that it falls back to the cookie that is right for a page on this computer.
    warnings.filterwarnings("ignore", message="Cookies with samesite", category=UserWarning)
    server = uvicorn.Server(
        uvicorn.Config(
            "solara.server.starlette:app",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    )
    for task in (lambda: _announce(server, port, say), _keep_house, lambda: _prepare_rest(server, say)):
        threading.Thread(target=task, daemon=True).start()
    server.run(sockets=[place])


def _announce(server: object, port: int, say: Callable[[str], None]) -> None:
    while not getattr(server, "started", False):
        time.sleep(0.05)
    say(f"the page is at http://{HOST}:{port} (Ctrl-C ends it). Teaching model, not medical advice.")


def _prepare_rest(server: object, say: Callable[[str], None]) -> None:
    """Compile what the other lessons need while the first is being looked at."""
    from abm.page.lessons import lessons

    while not getattr(server, "started", False):
        time.sleep(0.05)
    prepare(say, tuple(lessons())[1:])


def _keep_house() -> None:
    from abm.page.visitor import drop_idle

    while True:
        time.sleep(_JANITOR_S)
        drop_idle()
