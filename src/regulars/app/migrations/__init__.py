"""Changes of the tables, in order; each is written once and never changed."""
