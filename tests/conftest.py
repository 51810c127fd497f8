"""Fixtures that more than one test module uses."""

from engines import engine, workplace

__all__ = ["engine", "workplace"]
