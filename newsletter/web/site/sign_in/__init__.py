"""Sign-in through django-allauth: our limits against guessing, known browsers, and from where a request comes."""
