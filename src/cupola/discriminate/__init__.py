"""What a track is: sequential Bayes over what the sensors saw of it."""
