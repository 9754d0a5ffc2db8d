"""What happens in the detector: events, Geant4, the response of emulsion and gas."""
