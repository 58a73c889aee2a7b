"""An issue of a publication: planning, assembly, approval, the frozen letter."""
