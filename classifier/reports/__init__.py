"""Reports: what an evaluation found, as values, words, figures and a page. Nothing here runs a network."""
