"""The language server; the only package that knows LSP.

The door is `dockls.server.front`: `serve_stdio()` and `serve_tcp(host, port)`. It is not imported here, so that
importing one module of the package does not load the others.
"""
