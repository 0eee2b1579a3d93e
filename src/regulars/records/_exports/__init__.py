"""Shops' own exports, known by name: their recipes (exports/*.toml), how one is found, how its rows are read."""
