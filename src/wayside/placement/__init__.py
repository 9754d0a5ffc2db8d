"""Where a detector sees most: maps over positions in a hall, and the best of them."""
