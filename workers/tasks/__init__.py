"""Doorbells, one file for each worker queue. A task takes ids, makes one call and is done."""
