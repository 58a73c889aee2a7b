"""Inline the styles of an email. The first call loads premailer, so processes that only send do without its 10 MB."""


def inline_css(html: str) -> str:
    """Return `html` with the rules of its style blocks on the elements they match, as css_inlining.py says."""
    from newsletter.rendering.markup import css_inlining

    return css_inlining.inline_css(html)
