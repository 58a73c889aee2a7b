"""Queries and statements on the rows of the ledger: batches, progress, missing readers, the installation."""
