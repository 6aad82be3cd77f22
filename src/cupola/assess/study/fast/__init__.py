"""The fast fidelity: engagements drawn on pictures of the full path that were recorded with nobody shooting.

``tasks``   what a study asks of it: recording, engaging      ``record``  a recording and how it is made
``looks``   which object every detection of a track came from ``table``   what a defence makes of a recording
``engage``  one engagement on it                          ``watch``  the planning times at which there is something to decide
"""
