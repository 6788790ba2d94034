"""Page *Data set*: charts, gallery and search."""
