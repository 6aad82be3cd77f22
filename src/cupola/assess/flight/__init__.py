"""Reported and recorded flights against physics.

``check``            is a claimed flight possible? ``free_fall`` the ellipse that its apogee and range fix
``telemetry_check``  our models against a recorded flight: ``telemetry_file`` reads it, ``ascent_fit`` fits the climb,
                     ``coast_fit`` predicts the coast from its beginning
"""
