"""Set up once, then run: `python3 scripts/run.py` treats people with an IgE history, then people with an SJS history.

Arguments go to the command line of the simulator: `python3 scripts/run.py run rdd --patients 20`,
`python3 scripts/run.py show drugs`. `serve`, `optimise` and `sensitivity` also install what they need. Needs nothing
but Python 3.11, 3.12 or 3.13.
"""

from __future__ import annotations

import os
import subprocess
import sys

import _environment

MAIN_JOB = ["run", "comparison", "sjs"]
WITH_EXTRAS = ("serve", "optimise", "sensitivity")


def main() -> int:
    """Set up if need be and hand over to the simulator; return its exit code."""
    try:
        binaries = _environment.ready(extras=any(word in WITH_EXTRAS for word in sys.argv[1:2]))
    except _environment.SetUpError as error:
        _environment.say(f"Set-up stopped: {error}")
        return 2
    except KeyboardInterrupt:
        _environment.say("Set-up interrupted: the same command starts it again.")
        return 130
    command = [str(binaries / "desensim"), *(sys.argv[1:] or MAIN_JOB)]
    if os.name == "nt":
        return subprocess.call(command, env=_environment.clean_variables())
    sys.stdout.flush()
    os.execve(command[0], command, _environment.clean_variables())


if __name__ == "__main__":
    sys.exit(main())
