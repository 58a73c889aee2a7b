"""Test emails: an edition sent to named people before readers get it."""
