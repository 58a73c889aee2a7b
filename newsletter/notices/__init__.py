"""What staff users are told, by page, email, Slack or signed webhook: each notice once, to those who may know it."""
