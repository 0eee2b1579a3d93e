"""Who people are, under a key of each person's own; the one place of the app that holds a name in plain words."""
