"""A language server for Dockerfiles whose heart is multi-stage refactoring."""

__version__ = "0.1.0"
