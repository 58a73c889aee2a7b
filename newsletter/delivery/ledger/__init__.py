"""Questions and statements about the ledger's rows: batches, progress, readers who got nothing."""
