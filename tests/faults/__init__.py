"""Faults, one for each rule that can mend what it finds, and how they are put into files that lack them.

`sample` is a file with and without a fault; `places` and `weaving` put lines into a stranger's file, in its own manner.
The other modules hold the faults: rule -> what makes a sample of a text, or None where the text has no place for it.
"""
