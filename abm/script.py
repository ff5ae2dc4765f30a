"""How a script ends: what its user can put right is told in a line, as the commands tell it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn


def run_script(main: Callable[[], int | None]) -> NoReturn:
    """Run the main function of a script and end the program with its exit code.

    Parameters
    ----------
    main : callable
        Returns the exit code; 0 if None.

    Notes
    -----
    What the user can put right (a wrong name, number, folder or file) is told in a line on the standard error, with
    exit code 2; Ctrl-C ends with 130. Any other error keeps its traceback.
    """
    try:
        code = main() or 0
    except KeyboardInterrupt as stop:
        print(str(stop) or "stopped; the same command resumes", file=sys.stderr)
        code = 130
    except Exception as error:
        if not (can_be_put_right(error) or _in_our_words(error)):
            raise
        print(*told(error), sep="\n", file=sys.stderr)
        code = 2
    sys.exit(code)


def can_be_put_right(error: Exception) -> bool:
    """Whether an error is about what the user asked for, or about the place where it should go."""
    from abm.parameters.catalog import OutOfRange, UnknownParameter
    from abm.population import SelectionError
    from abm.run_folder import RunFolderError
    from abm.scenario_file import ScenarioError
    from abm.studies.science import BadQuestion, MissingExtra
    from abm.study import BadSize, HiddenPackage
    from abm.whole_files import FolderInUse

    about_input = (ScenarioError, SelectionError, UnknownParameter, OutOfRange, BadSize, BadQuestion)
    about_place = (RunFolderError, FolderInUse, HiddenPackage, MissingExtra, OSError)
    return isinstance(error, about_input + about_place)


def told(error: Exception) -> tuple[str, ...]:
    """The lines of an error."""
    return (str(error), *getattr(error, "__notes__", ()))


def _in_our_words(error: Exception) -> bool:
    """Whether the package itself refused a value or a name, rather than a library that it called."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    refusal = isinstance(error, ValueError | LookupError) and not isinstance(error, KeyError | IndexError)
    return refusal and module.partition(".")[0] in ("abm", "analysis")
