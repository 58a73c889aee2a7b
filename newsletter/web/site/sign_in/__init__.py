"""Sign-in with django-allauth: limits on failed attempts, known browsers."""
