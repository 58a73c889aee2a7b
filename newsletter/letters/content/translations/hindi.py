"""The fixed phrases of an email in Hindi."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
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
    corrections="भूल-सुधार",
    corrected="{day} को सुधारा गया: {text}",
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
    sign_up=SignUpPhrases(
        title="{publication} की सदस्यता लें",
        address="ईमेल पता",
        subscribe="सदस्यता लें",
        consent=(
            "सदस्यता लेकर आप {sender} ({postal_address}) से ईमेल द्वारा {publication} पाने की सहमति देते हैं।"
            " हर ईमेल में दिए गए लिंक से सदस्यता कभी भी समाप्त की जा सकती है।"
        ),
        press_again="अपना पता जाँचें और बटन दबाएँ।",
        slip="क्या आपका मतलब {address} था?",
        use="हाँ, {address} का उपयोग करें",
        keep="नहीं, {address} सही है",
        invalid="यह ईमेल पता मान्य नहीं है। जाँचें कि कोई अक्षर छूट तो नहीं गया या ज़्यादा तो नहीं है।",
        too_many="आपके नेटवर्क से सदस्यता के बहुत अधिक अनुरोध आए हैं। एक घंटे बाद फिर कोशिश करें।",
        closed="इस पेज पर {publication} की सदस्यता नहीं ली जा सकती।",
        step_left="एक चरण बाकी है",
        look="अपना मेलबॉक्स {address} खोलें और हमारे ईमेल में दिया गया बटन दबाएँ। ईमेल आने में कुछ मिनट लग सकते हैं।",
        no_email=(
            "ईमेल नहीं मिला? अपना स्पैम फ़ोल्डर देखें।"
            " हम एक पते पर ऐसे ईमेल सीमित संख्या में भेजते हैं, इसलिए हो सकता है कि वह पहले ही आ चुका हो।"
        ),
        asked="किसी ने, शायद आपने, इस पते पर {publication} पाने का अनुरोध किया है।",
        confirm="{publication} की अपनी सदस्यता की पुष्टि करें",
        confirm_heading="अपनी सदस्यता की पुष्टि करें",
        confirm_button="सदस्यता की पुष्टि करें",
        tap="किसी दूसरे डिवाइस पर आपको खुलने वाले पेज में बटन एक बार और दबाना होगा।",
        until="यह लिंक {day}, {time} ({zone}) तक काम करेगा।",
        not_you="अगर यह अनुरोध आपका नहीं था, तो इस ईमेल को अनदेखा करें। आपकी सदस्यता शुरू नहीं होगी।",
        already="आपने {publication} की सदस्यता पहले ही ले रखी है",
        already_text=(
            "किसी ने, शायद आपने, इस पते के लिए {publication} की सदस्यता लेने का अनुरोध किया। इस पते की सदस्यता"
            " पहले से है, इसलिए कुछ नहीं बदला।"
        ),
        missing="अगर हमारे ईमेल आपको न मिलें, तो स्पैम फ़ोल्डर देखें और {sender} को अपने संपर्कों में जोड़ें।",
        not_yet="आपको {publication} के ईमेल मिलेंगे। अभी कुछ नहीं बदला है।",
        done="आपकी सदस्यता की पुष्टि हो गई है",
        done_text="आपको {publication} के ईमेल मिलेंगे।",
        expired="इस लिंक की समय-सीमा समाप्त हो गई है या इसका उपयोग पहले ही हो चुका है",
        expired_text="कुछ नहीं बदला। सदस्यता लेने के लिए पुष्टि का नया ईमेल मँगाएँ।",
    ),
    archive=ArchivePhrases(
        title="{publication}: सभी अंक",
        all="सभी अंक",
        search="विषयों और शीर्षकों में खोजें",
        find="खोजें",
        no_match="किसी अंक में “{query}” नहीं है।",
        empty="अभी तक कोई अंक नहीं भेजा गया है।",
        newer="नए अंक",
        older="पुराने अंक",
    ),
    reading_time="पढ़ने का समय: {minutes} मिनट",
    full_stop="।",
)
