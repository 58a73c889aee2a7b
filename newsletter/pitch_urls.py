"""The addresses of pitches, and of the acts that somebody can undo."""

from django.urls import path

from newsletter.web.desk import pitches, undo_page

PITCHES = [
    path("pitches/", pitches.latest, name="pitches"),
    path("desk/<slug:slug>/pitches/", pitches.listing, name="pitch-list"),
    path("desk/<slug:slug>/pitches/new/", pitches.add, name="pitch-add"),
    path("pitches/<int:pitch_id>/", pitches.change, name="pitch"),
    path("pitches/<int:pitch_id>/accept/", pitches.accept, name="pitch-accept"),
    path("pitches/<int:pitch_id>/withdraw/", pitches.withdraw, name="pitch-withdraw"),
    path("pitches/<int:pitch_id>/decline/", pitches.decline, name="pitch-decline"),
    path("undo/", undo_page.undo, name="undo"),
]
