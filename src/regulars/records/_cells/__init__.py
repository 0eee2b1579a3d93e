"""One column of a piece, read: text, money and numbers, times; what hides a value that is shown."""
