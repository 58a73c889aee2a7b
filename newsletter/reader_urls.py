"""The addresses about readers, for staff."""

from django.urls import path

from newsletter.web.audience import reader_exports, reader_imports, reader_lookup, segment_pages, suppression_pages

AUDIENCE = [
    path("readers/", reader_lookup.find, name="readers"),
    path("readers/<int:subscriber_id>/", reader_lookup.show, name="reader"),
    path("readers/segments/<slug:slug>/", segment_pages.listing, name="segments"),
    path("readers/segments/<slug:slug>/new/", segment_pages.add, name="segment-add"),
    path("readers/segment/<int:segment_id>/", segment_pages.edit, name="segment"),
    path("readers/segment/<int:segment_id>/remove/", segment_pages.remove, name="segment-remove"),
    path("readers/suppressions/", suppression_pages.listing, name="suppressions"),
    path("readers/export/<slug:slug>.csv", reader_exports.readers, name="readers-export"),
    path("readers/export/<slug:slug>/consent.csv", reader_exports.consent_events, name="consent-export"),
    path("readers/imports/", reader_imports.listing, name="reader-imports"),
    path("readers/imports/<int:import_id>/", reader_imports.show, name="reader-import"),
    path("readers/imports/<int:import_id>/rows.csv", reader_imports.rows, name="reader-import-rows"),
]
