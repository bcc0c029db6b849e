"""Rows of a data file, one after the other, within bounds: JSON lines, JSON arrays, CSV, TSV and Parquet,
plain or compressed with gzip or Zstandard. What cannot be read is counted, never guessed."""
