"""Sets of time series in the files of the UCR and UEA archives."""
