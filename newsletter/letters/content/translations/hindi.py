"""The fixed phrases of an email in Hindi."""

from newsletter.letters.content.translations.translation import Translation

HINDI = Translation(
    language="hi",
    greeting=("नमस्ते ", ","),
    web="ब्राउज़र में देखें",
    read="पूरी ख़बर पढ़ें",
    contents="इस अंक में",
    author="लेखक: {author}",
    author_and_source="लेखक: {author}, {source} के लिए",
    source="स्रोत: {source}",
    credit="चित्र: {credit}",
    from_us="{publication} की ओर से संदेश",
    why="आपको यह ईमेल इसलिए मिला है क्योंकि आपने {publication} की सदस्यता ली है।",
    unsubscribe="सदस्यता समाप्त करें",
    preferences="प्राथमिकताएँ बदलें",
    brief="संक्षेप में",
    more="{publication} से और",
    sponsored="प्रायोजक: {sponsor}",
    elsewhere="{network} पर {publication}",
    give="{amount} दें",
    given="{day} तक {goal} में से {raised} जुटाए गए",
    until="{day}, {time} ({zone}) तक।",
    thanks=(
        "आपके योगदान के लिए धन्यवाद",
        "आपने हाल ही में {publication} को योगदान दिया।"
        " यह न्यूज़लेटर आप जैसे पाठकों के कारण संभव है, इसलिए आज हम आपसे कुछ नहीं माँग रहे हैं।",
    ),
    marks=("“", "”"),
    reading_time="पढ़ने का समय: {minutes} मिनट",
    full_stop="।",
)
