"""How long-lived particles are made: cross-sections, densities, and what is made with them."""
