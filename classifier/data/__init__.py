"""Data: which photos there are, of which class and in which split. It opens photos only to tell twins apart."""
