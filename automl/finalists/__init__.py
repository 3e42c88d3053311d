"""The few best trials, trained again from other seeds, and what can be told apart."""
