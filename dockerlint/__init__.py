"""Lints Dockerfiles, fixes them, and proves with real builds what each fix saves."""

__version__ = "0.1.0"
