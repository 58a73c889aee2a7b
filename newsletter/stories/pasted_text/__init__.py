"""Find the headline, byline, paragraphs and appeal in a copied article."""
