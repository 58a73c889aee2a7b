"""Feeds of news sites: read by a worker, their entries offered as suggestions for the story queue."""
