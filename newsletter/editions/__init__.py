"""An issue of a publication: planning, times, stories, states."""
