"""newsletter publications sign-up: the address of the sign-up page, and a form for the newsroom's own site."""

from newsletter.cli.commands.publications import app
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import Json, Publication


@app.command("sign-up")
def sign_up(publication: Publication = "", json: Json = False) -> None:
    """Print a sign-up form in HTML for your own site, and the address of the sign-up page.

    The form needs no script. `publications set SLUG sign_up_open=no` closes both.

    Example: newsletter publications sign-up > form.html
    """
    from newsletter.web.readers import embedded_form

    found = lookups.publication(publication)
    address, html = embedded_form.sign_up_address(found), embedded_form.form_html(found)
    if json:
        output.print_json({"address": address, "open": found.sign_up_open and found.is_active, "html": html})
        return
    output.print_document(html)
    output.print_note(f"The sign-up page is {address}")
