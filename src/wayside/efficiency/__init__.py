"""How often a decay is reconstructed: tables made by the simulation, read by yields."""
