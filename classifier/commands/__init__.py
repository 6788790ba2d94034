"""Commands of `python -m classifier`, one a module: parser, `main(args)`, and printing. None imports another."""
