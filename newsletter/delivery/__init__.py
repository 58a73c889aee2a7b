"""The ledger of sending: dispatches, batches, attempts and their outcomes."""
