"""Published numbers beside Cupola's, each with its assumptions, source and how well it is known.

``answers``         Cupola's numbers for a case, and all cases compared
``case``            what a case is and how a file of them is read; ``cases.yaml`` those that come with Cupola
``sense``           whether the numbers of a case can be at all
``flights``, ``constellations``, ``costs``, ``sensing``, ``shield``   the rules: which inputs of a case go into which of our models
``catalogued``      the rules for what our catalogue holds: prices, stocks, ranges, burn times, counts, test records
``units``           inputs in other units and under other names than our models have
``reasons``         why there is no number of ours beside a published one
``compare``         difference, tolerance, verdict           ``table``   the comparison for people
"""
