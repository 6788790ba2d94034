"""Photos from elsewhere: sets of other people's photos, with what each shows, outside of any collection and split."""
