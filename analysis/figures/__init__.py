"""Figures: one function each, a frame or a run in, a matplotlib figure out."""
