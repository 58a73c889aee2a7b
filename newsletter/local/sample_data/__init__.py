"""A made-up newsroom, so that a first start has something to show."""
