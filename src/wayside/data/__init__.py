"""Tables of facts, each with its origin in the header; see README.md beside them."""
