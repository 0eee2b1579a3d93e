"""Results as pages read them: written once beside each result, replaced as a whole, never changed."""
