"""Models: what decays to what, and how fast."""
