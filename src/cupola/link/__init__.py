"""What carries batches between the wings: MockLink in virtual time, Zenoh over QUIC live."""
