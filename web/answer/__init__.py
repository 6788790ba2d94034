"""Answer to a photo: upload, result, verdict, similar photos, closer look. For `classify`, `api` and `pages` only."""
