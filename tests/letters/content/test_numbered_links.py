from newsletter.letters.content.numbered_links import lines


def test_paragraphs_points_and_line_breaks_are_lines() -> None:
    assert lines("<p>One\n  two</p>", []) == ("One two",)
    assert lines("<ul><li>One</li><li>Two</li></ul>", []) == ("One", "Two")
    assert lines("<blockquote><p>One</p><p>Two<br>three</p></blockquote>", []) == ("One", "Two", "three")
    assert lines("<p>Fish &amp; chips</p>", []) == ("Fish & chips",)


def test_links_are_numbered_through_a_whole_story() -> None:
    notes: list[str] = []
    first = lines('<p>The <a href="https://a.org/1">survey</a>, and <a href="https://a.org/2">its sums</a>.</p>', notes)
    second = lines('<p><a href="https://a.org/1">Again</a></p>', notes)
    assert first == ("The survey [1], and its sums [2].",)
    assert second == ("Again [1]",)
    assert notes == ["https://a.org/1", "https://a.org/2"]


def test_a_link_that_shows_its_address_is_not_numbered() -> None:
    notes: list[str] = []
    assert lines('<p>See <a href="https://a.org/">https://a.org</a>.</p>', notes) == ("See https://a.org.",)
    assert lines('<p><a href="https://a.org/x">a.org/x</a></p>', notes) == ("a.org/x",)
    assert notes == []


def test_emphasis_leaves_only_its_words() -> None:
    assert lines("<p>a <strong>third</strong> <em>lower</em>.</p>", []) == ("a third lower.",)
