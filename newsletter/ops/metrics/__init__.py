"""The figures for Prometheus, read at each scrape: any web process gives the same answer."""
