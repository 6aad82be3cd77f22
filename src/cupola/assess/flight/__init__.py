"""Reported and recorded flights against physics.

``check``            is a claimed flight possible? ``claim`` its figures, ``free_fall`` the ellipse that apogee and range fix,
                     ``boosts`` the same flown by generic missiles
``telemetry_check``  our models against a recorded flight: ``telemetry_file`` reads it, ``ascent_fit`` fits the climb,
                     ``coast_fit`` predicts the coast from its beginning
"""
