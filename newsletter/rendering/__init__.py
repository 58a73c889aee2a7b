"""Templates become HTML and plain text: Jinja environments, CSS inlining, curators' own templates."""
