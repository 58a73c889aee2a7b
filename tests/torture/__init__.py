"""The promise of docs/promise.md, put to the proof: things are killed, frozen and lost, and the postbox counts.

`python -m tests.torture --help` says how. Nothing of it has a hook in the product.
"""
