"""Reconstruction efficiency of decays: tables made by the simulation, read by yields."""
