"""What it costs.

``programme``     a constellation bought and kept over the years
``replenish``     what keeping it in orbit takes: fleet, price, years over life
``architecture``  a baseline plus changes, in elements and quantities
``exchange``      what a defence costs beside what it stops
"""
