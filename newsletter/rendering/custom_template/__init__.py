"""A template that curators wrote, filled in by a process that lives for one letter and may do nothing else."""
