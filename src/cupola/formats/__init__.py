"""One file per outside format behind a small registry."""
