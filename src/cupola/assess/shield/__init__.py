"""What a defence stops, from closed forms and beliefs.

``leakage``      what gets through, and how many rounds it takes
``campaign``     how long the rounds last and what output sustains
``reliability``  what few tests tell of a kill probability
``stability``    arsenals with and without shields: the first-strike index
``warning_time`` minutes left to decide before a missile arrives
"""
