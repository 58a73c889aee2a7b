"""Curators' own templates, rendered by a subprocess with limits and without access to anything else."""
