"""Where the tests' fixtures come from. What must stand before the settings load is in support/surroundings.py."""

import os

from hypothesis import settings

pytest_plugins = ["tests.support.browser", "tests.support.house", "tests.support.servers"]

# Inputs are the same in every run of CI; at a desk they differ, which finds more. A slow machine fails nobody.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
