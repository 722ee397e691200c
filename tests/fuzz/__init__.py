"""
Fuzzing: what must hold for any bytes whatever, and where to begin.

`targets` says what holds; the unit tests try it with hypothesis, and `make fuzz` with
atheris, which follows the code's branches. Atheris is no dependency: `make fuzz` says
how to get it. What it finds becomes a case in `found.py`.
"""
