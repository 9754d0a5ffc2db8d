"""Command line: thin faces over the library."""
