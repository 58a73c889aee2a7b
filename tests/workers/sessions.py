"""The workers’ own app with one task more, which notes its database session. Run by test_database_connections.py."""

import os
from pathlib import Path

from django.db import connection

from workers.app import app


@app.task(name="sessions.note")
def note() -> None:
    """Append the id of the session, or the name of the error, to the file SESSIONS."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            said = str(cursor.fetchone()[0])
    except Exception as error:
        said = type(error).__name__
        raise
    finally:
        with Path(os.environ["SESSIONS"]).open("a", encoding="utf-8") as notes:
            notes.write(said + "\n")
