"""What the kernels count: places in one integer array, and their names for people."""

REFUSED, LOST, CONFIRMS, GROUND, STALE, BIRTHS, PAIRS, SWITCHES, IMPOSSIBLE, MERGED, RECOVERED, CROWDS = range(12)
TALLY = (
    "updates_refused",  # measured components left out because rounding would have spoilt a covariance
    "tracks_lost",  # confirmed tracks ended by misses
    "tracks_confirmed",
    "tracks_grounded",  # confirmed tracks that reached the ground
    "tracks_stale",  # confirmed tracks nobody could see for too long
    "births",
    "stereo_births",
    "mode_switches",
    "tracks_impossible",  # faster or more strongly driven than anything flies: false associations
    "tracks_merged",  # second tracks of one body, given up for the older one
    "tracks_recovered",  # looks at which a track found its detection where a push had brought it
    "crowds_by_gnn",  # crowds of young tracks that gnn answered in place of an associator that is not built in
)
