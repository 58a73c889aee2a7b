"""What pages share: forms, permission checks, formats, security headers, error pages."""
