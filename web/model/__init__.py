"""Page *Model*: what the report of an evaluation says, in words, charts and photos."""
