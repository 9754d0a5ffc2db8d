"""Independent routes to what the package computes: nothing here imports its formulas."""
