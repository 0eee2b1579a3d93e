"""What the columns of a source mean: by their headers, by what stands in them, by what was confirmed."""
