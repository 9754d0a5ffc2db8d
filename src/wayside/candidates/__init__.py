"""The candidate table: one weighted row for every reconstructed vertex, signal and background."""
