"""Stories and the story queue: how stories are added, ordered and validated."""
