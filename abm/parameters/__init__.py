"""The numbers: every parameter with its value, unit, range, kind, source and place."""
