"""Files of readers: spreadsheets and whole exports of other services, recognised, checked and imported by workers."""
