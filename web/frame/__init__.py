"""Frame around every page: header, footer, and what an unknown address shows."""
