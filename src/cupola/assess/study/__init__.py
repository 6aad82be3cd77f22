"""Studies: one question or scenario, some of it varied, asked as often as it takes.

``definition``  the study file            ``told``               what is wrong with one, in a line
``plan``, ``design``  what will be asked, point by point
``tasks``       one point, run by run     ``engines``            workers: this process, processes, a cluster
``run``         from a plan to results    ``store``, ``log``, ``tables``  the folder, runs as they come, tables at the end
``estimate``    means and intervals       ``result``             what a study gives; ``text`` for a terminal, ``progress`` meanwhile
``quantities``  what runs of a scenario give, the one table of it    ``naming``   what outputs, fields and design points are called
``own_code``    which code made a result  ``fast``               engagements drawn on recorded pictures
``builtin/``    studies that come with Cupola
"""
