"""JSON API for programs, with its OpenAPI description."""
