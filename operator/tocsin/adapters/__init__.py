"""Outside systems, one module each; they turn every foreign exception into one of ours."""
