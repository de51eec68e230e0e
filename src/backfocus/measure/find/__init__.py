"""Where the stars of a picture stand, and how many cycles they have."""
