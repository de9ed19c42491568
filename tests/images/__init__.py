"""Builds Dockerfiles before and after a refactoring with a real BuildKit and compares the images.

`builder` gets hold of BuildKit, `bases` and `toolchains` stand in for the images and programs of the network,
`projects` hold what is built, `compare` judges, `test_images` runs it all. CONTRIBUTING.md tells how to add to it.
"""
