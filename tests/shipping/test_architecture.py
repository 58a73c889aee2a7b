from tests.support import architecture


def test_the_page_on_the_architecture_is_that_of_the_import_contracts() -> None:
    assert architecture.PAGE.read_text(encoding="utf-8") == architecture.page(), "Run: make architecture"


def test_every_package_says_what_it_is_for() -> None:
    assert "| |" not in architecture.page()
