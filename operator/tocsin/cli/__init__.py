"""The command line: one module a command, found by `tocsin.cli.main`."""
