"""What the machine has, what of it a trial gets, and how it is made the most of."""
