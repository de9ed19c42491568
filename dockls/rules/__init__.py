"""Rules: one module each, its docstring the manual."""
