"""Accepted records that stay: batches on the disk, written and removed as a whole."""
