"""Server: headers, limits, compression, thumbnails, health. Knows no page."""
