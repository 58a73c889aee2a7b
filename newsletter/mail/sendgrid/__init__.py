"""The only folder that knows SendGrid: what is asked of it, and what its answers mean."""
