"""Independent routes to what the package computes: nothing here imports what it checks."""
