"""The stages in a row under virtual time; the run summary; the picture hash."""
