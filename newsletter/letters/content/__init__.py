"""The values that email templates print: stories, appeal, brand, links, translated phrases."""
