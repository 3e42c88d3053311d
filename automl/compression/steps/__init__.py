"""What a recipe is made of: one step a file."""
