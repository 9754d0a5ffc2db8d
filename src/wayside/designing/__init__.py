"""Which hardware, where: an optimiser over keys of a scenario, costs, and what the answer is."""
