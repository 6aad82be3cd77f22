"""Answers on top of the path: what an analyst asks, from assumptions with ranges and sources to numbers, charts and reports.

Questions    ``question`` (what one is), ``models`` (all of them), ``assumptions``, ``counting``
             interceptors in orbit: ``constellation*``, ``shell*``; warning satellites: ``tracking_layer``, ``warning_time``;
             satellites lost or lying: ``degradation``, ``loss``; what gets through: ``leakage``, ``campaign``, ``exchange``;
             cost and replacement: ``programme``, ``architecture``, ``replenish``, ``decay``; ``reliability``, ``stability``
Studies      ``study`` (the file) and ``study_*`` (plan, design, run, engines, store, estimates, tables, result);
             ``fast*`` (engagements drawn on recorded pictures), ``own_code`` (which code made a result)
Reports      ``report*``: one answer or one study as HTML and PDF
Published    ``literature``: published cases beside our numbers
Flights      reported and recorded ones: ``flight_check``, ``telemetry_*``, ``ascent_fit``, ``coast_fit``, ``free_fall``, ``spread``
"""
