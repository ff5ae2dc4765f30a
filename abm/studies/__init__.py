"""Studies of the simulator itself: questions that need many runs and their statistics."""
