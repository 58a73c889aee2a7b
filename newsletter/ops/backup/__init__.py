"""Backup and restore: the database, the pictures and the keys of one installation in one archive."""
