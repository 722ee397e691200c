"""Tocsin: monitoring as custom resources."""

__version__ = "0.1.0"
