"""Physics of flight: frames, gravity, atmosphere, propagation, boost, glide. Pure functions on arrays."""
