"""Search for the selection with which a detector excludes most."""
