"""Geant4, through calzone: geometry, data sets, the engine, and runs in worker processes."""
