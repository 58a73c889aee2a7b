"""Find headline, byline, paragraphs and donation block in a copied article."""
