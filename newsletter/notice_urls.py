"""The addresses of notices and webhooks, for staff."""

from django.urls import path

from newsletter.web.site.notices import choices_page, notices_page, webhook_pages

NOTICES = [
    path("notices/", notices_page.listing, name="notices"),
    path("notices/<int:notice_id>/", notices_page.change, name="notice"),
    path("account/notices/", choices_page.show, name="notice-choices"),
    path("webhooks/", webhook_pages.of_all, name="webhooks"),
    path("publications/<slug:slug>/webhooks/", webhook_pages.of_publication, name="publication-webhooks"),
    path("webhooks/<int:webhook_id>/", webhook_pages.show, name="webhook"),
    path("webhooks/<int:webhook_id>/act/", webhook_pages.act, name="webhook-act"),
]
