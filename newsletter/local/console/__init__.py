"""What `newsletter run` prints in the terminal."""
