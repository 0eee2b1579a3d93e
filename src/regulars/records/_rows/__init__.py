"""From pieces to the rows of raw tables: what is kept, what is set aside, and the count of both."""
