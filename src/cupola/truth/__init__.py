"""What really flies. Only the world's wing and the judge read it."""
