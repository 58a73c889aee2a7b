"""The ledger: dispatches, batches and attempts, and what became of each."""
