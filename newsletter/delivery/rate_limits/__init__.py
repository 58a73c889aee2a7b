"""How many readers may be submitted now: pace, quiet hours, warm-up of a sending domain."""
