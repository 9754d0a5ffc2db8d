"""Response of the films, gas detectors and fibres to the particles that cross them."""
