"""The equations: pure scalar functions that know no arrays, parameters, dice or files."""
