"""Which examples train, which rank candidates and which are kept for the one final test.

One way a file: stratified, by time, by group. `automl.data.splitting.plan` picks one.
All work on positions, so that examples on disk stay there. Splits may also be given,
within the data (`parted`) or beside it (`given`); `duplicates` finds what is in two.
"""
