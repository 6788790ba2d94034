"""Engine: the HTTP server inside gunicorn's worker. Knows neither the app nor its pages."""
