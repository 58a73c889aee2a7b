"""How fast the product is, beside the fastest honest pipeline and beside its peers. `python -m benchmarks --help`."""
