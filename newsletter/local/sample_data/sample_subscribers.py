"""250 fictional subscribers at domains that are reserved for examples."""

from collections.abc import Iterator

COUNT = 250

# The first name as written, and as in the address. The lists have 61 and 43 entries, which share no factor,
# so stepping through both at once repeats no pair before 2,623 people.
FIRST_NAMES = (
    ("Ada", "ada"), ("Zoë", "zoe"), ("D’Arcy", "darcy"), ("أمينة", "amina"), ("Björn", "bjorn"),
    ("Chloé", "chloe"), ("Łukasz", "lukasz"), ("Siobhán", "siobhan"), ("José", "jose"),
    ("Nguyệt", "nguyet"), ("Mary Ann", "maryann"), ("יעל", "yael"), ("Øystein", "oystein"),
    ("Ngozi", "ngozi"), ("Δήμητρα", "dimitra"), ("Kwame", "kwame"), ("Jürgen", "jurgen"),
    ("美咲", "misaki"), ("Renée", "renee"), ("Ольга", "olga"), ("Tu'ifua", "tuifua"),
    ("Şebnem", "sebnem"), ("Íñigo", "inigo"), ("خالد", "khalid"), ("Grace", "grace"),
    ("Anne-Marie", "annemarie"), ("Tomáš", "tomas"), ("Priya", "priya"), ("Kōji", "koji"),
    ("Noah", "noah"), ("Françoise", "francoise"), ("Sa’id", "said"), ("Håkon", "hakon"),
    ("Lucía", "lucia"), ("Wei", "wei"), ("Ifeoma", "ifeoma"), ("Mihály", "mihaly"),
    ("Þóra", "thora"), ("Ruth", "ruth"), ("Emmanuel", "emmanuel"), ("Ünal", "unal"),
    ("Beatriz", "beatriz"), ("سلمى", "salma"), ("Jo", "jo"), ("Gwenllian", "gwenllian"),
    ("Dmytro", "dmytro"), ("Aoife", "aoife"), ("Kalani", "kalani"), ("Céline", "celine"),
    ("Ravi", "ravi"), ("Ewa", "ewa"), ("Marguerite", "marguerite"), ("지훈", "jihoon"),
    ("Abdi", "abdi"), ("N’Golo", "ngolo"), ("Inês", "ines"), ("Walter", "walter"),
    ("Nadia", "nadia"), ("Sven", "sven"), ("Leilani", "leilani"), ("", "reader"),  # the last gave no name
)  # fmt: skip
FAMILY_NAMES = (
    "abbott", "okafor", "lindqvist", "moreau", "haddad", "kowalski", "tanaka", "murphy",
    "castellanos", "novak", "brandt", "mensah", "petrov", "yilmaz", "fernandes", "singh", "doyle",
    "horvath", "larsen", "nguyen", "bianchi", "cohen", "duarte", "eriksen", "fontaine", "greene",
    "hughes", "ito", "jansen", "kaplan", "lopes", "marsh", "nakamura", "oneill", "pavlova", "quinn",
    "rossi", "santos", "thorne", "ueda", "vogel", "whitaker", "zielinski",
)  # fmt: skip


def rows() -> Iterator[str]:
    """Yield the lines of a CSV file of subscribers, header first; always the same people."""
    yield "email,first name\n"
    for number in range(COUNT):
        name, spelled = FIRST_NAMES[number % len(FIRST_NAMES)]
        family = FAMILY_NAMES[number % len(FAMILY_NAMES)]
        domain = "example.com" if number % 3 else "example.org"
        yield f"{spelled}.{family}@{domain},{name}\n"
