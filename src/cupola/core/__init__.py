"""Plain foundations: errors, constants with sources, time, random streams, column batches."""
