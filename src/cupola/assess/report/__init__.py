"""Reports: an answer or a study as one HTML file and one PDF.

``answer``  the report of an answer                   ``study``  that of a study: ``study_figures``, ``study_tables``, ``fidelity``
``parts``   what a report holds                       ``files``  a report written to a folder
``html``, ``pdf``  how it is set (``report.css .js .typ``)       ``style``   what all charts share: ``axes`` how an axis runs
``charts``  charts as Vega-Lite: ``movers`` what moves an answer, ``sweeps`` estimates along a number, ``labels`` names at line ends
``reading`` a chart in one sentence                   ``said``    names and numbers of a study as its report writes them
``words``, ``inputs``  answers as text, and text as assumptions  ``given_fields``  what a study sets and varies, with its source
"""
