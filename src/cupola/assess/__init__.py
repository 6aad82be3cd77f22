"""Answers on top of the path: what an analyst asks, from assumptions with ranges and sources to numbers, charts and reports.

``question``   what a question is: inputs, outputs, and the pure function between them; ``models`` names all of them
``assumptions``, ``spread``, ``counting``   inputs from the catalogue, ranges as distributions, chances of counts
``amounts``    numbers and dollars as people write them
``tornado``    what moves an answer most, over plausible ranges: for the command, the page and the report alike
``shield``     what gets through a defence, how long its rounds last, what tests tell of it, what each side makes of it
``orbits``     interceptors and warning satellites: how many, how long they stay up, what is left when some are lost
``money``      what it costs, to buy, to keep and beside what it stops
``flight``     reported and recorded flights held against physics
``study``      one question asked many times: sweeps and Monte Carlo, of a question or of a whole scenario
``literature`` published numbers beside ours
``report``     an answer or a study as a page and a document

Imports go one way (a contract of import-linter): report > literature, study > models > money > orbits > shield, flight > the rest.
"""
