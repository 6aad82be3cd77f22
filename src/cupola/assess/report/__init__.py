"""Reports: an answer or a study as one HTML file and one PDF.

``answer``  the report of an answer, and writing any  ``study``  the report of a study
``parts``   what a report holds                       ``html``, ``pdf``  how it is set (``report.css .js .typ``)
``charts``  charts as Vega-Lite                       ``words``, ``inputs``  answers as text, and text as assumptions
``names``   what runs of a scenario give, in words
"""
