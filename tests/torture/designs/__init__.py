"""Two simple designs, kept for comparison: honest, small, and what one would write first."""
