"""Functions that return parts of pages. They receive what they show and know nothing of requests."""
