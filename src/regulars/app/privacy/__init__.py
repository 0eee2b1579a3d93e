"""What people may ask for about their own data, and the log of what was done to it."""
