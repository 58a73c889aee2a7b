"""The public archive: sent editions as web pages, feeds and a sitemap, for anybody."""
