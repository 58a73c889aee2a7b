"""Segments: saved conditions that choose some readers of a publication, compiled to SQL by Django's ORM."""
