"""The life of a dispatch: opening, control by people, splitting, settling, recovery after crashes."""
