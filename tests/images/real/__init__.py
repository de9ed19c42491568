"""Real toolchains: Python and Node from this machine's own files, Go and C from Debian's packages, and real downloads.

The models of `images.toolchains` prove refactorings in seconds; these few projects prove that the models are right
about what matters. They are tried only if asked for: ``pytest -m real``.
"""
