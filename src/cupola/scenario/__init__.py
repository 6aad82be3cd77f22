"""Scenarios: the YAML schema, the built-in ones, and the builder that makes a world of them."""
