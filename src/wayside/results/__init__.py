"""What users call: each step of the chain gives a result that shows itself and saves its files."""
