"""Command line: options, tables and bars that commands share, and which photos they are about. No command here."""
