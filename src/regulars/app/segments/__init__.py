"""Groups of customers by conditions over what is known of them: said, counted at once, kept, handed over."""
