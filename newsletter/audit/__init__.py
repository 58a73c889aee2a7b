"""The append-only audit trail: who did what, when and from where. Higher packages write to it (docs/decisions/0029)."""
