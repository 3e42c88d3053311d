"""The report a person reads, rebuilt at any time from the run's records."""
