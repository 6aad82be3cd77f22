"""Public data with sources: missiles, sensors, interceptors, sites, costs."""
