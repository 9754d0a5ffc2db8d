"""Event generation: flights into a detector, decays, and files of events."""
