"""The checks, one a module; `registry` lists them."""
