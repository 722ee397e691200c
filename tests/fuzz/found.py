"""What broke a law once; found by atheris or by hypothesis, and mended since."""

from __future__ import annotations

FOUND: tuple[tuple[str, bytes], ...] = (
    # A list that holds itself twice, sixty times over, was printed for ever.
    ("evaluator", b"{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}"),
    # Go takes a hexadecimal float only with a digit before its exponent.
    ("evaluator", b"{{ 0x_p4 }}{{ 0xp1 }}"),
    ("evaluator", b"{{ 0x1p99999 }}{{ 0x_1.8p4 }}"),
    # A template that is defined inside of a text does not know the alert's value.
    ("placeholders", b'fi{{ block "a" . }}{value | percent}rp }} Ast }}}{{ end }}'),
    # Ranges within each other were compiled 2^n times for a page.
    ("evaluator", b"{{ range 1 }}" * 31 + b"<p>" + b"{{ end }}" * 31),
)
