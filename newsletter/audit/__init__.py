"""Who did what, when and from where: append-only. Every package above may record (docs/decisions/0029)."""
