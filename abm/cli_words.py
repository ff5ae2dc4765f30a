"""Words that every command of the terminal shares."""

from __future__ import annotations

DISCLAIMER = "Research and teaching software, not medical advice."
