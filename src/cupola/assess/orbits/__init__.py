"""Satellites in circular orbits: how many, how long they stay up, what is left when some are lost.

``sizing``          interceptors on an even sphere: time, reach, shots, masses; ``sizing_uniform`` and
                    ``sizing_orbits`` the questions, ``sizing_steps`` one assumption at a time, ``sizing_published`` published
                    answers, ``sizing_text`` the answer as text
``shell``           orbits over a latitude and the bound of any mix of them; ``shell_kernels`` counts, ``shell_search`` finds Walker
                    patterns for a ``band``, ``shell_plan`` how many inclinations it wants, ``shell_mix`` several shells
``lattices``        the smallest Walker shell of any number of planes, ``lattice_kernels`` its search; ``launchable`` the smallest
                    whose planes launches can fill, ``launch_kernels`` its search
``tracking_layer``  warning satellites that see every point twice
``loss``, ``degradation``   satellites lost or lying: the counting, and the two questions
``decay``           drag, and what it takes to stay up
``latitudes``, ``inputs``   a band of latitudes as a user gives it, and what several questions declare alike
"""
