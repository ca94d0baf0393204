"""The language of texts, and of headings that name one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from publisher.rdf.text import fold

# The most frequent small words that a neighbour does not share.
_SMALL_WORDS: Mapping[str, frozenset[str]] = {
    tag: frozenset(words.split())
    for tag, words in {
        "sv": "och att det som är av för på med den till har inte om ett de från vid här",
        "en": "the of and to is that it with as for was on are by this from at which an",
        "de": "der die das und ist von den mit zu auf für nicht ein eine dem im sich am",
        "fr": "le la les des et est du une pour dans qui sur au avec par il ce pas sont",
        "fi": "ja on ei se että oli hän ovat kun myös tai joka sekä ole mutta niin jos",
        "nb": "og er på det som av til ikke har med fra ble også var seg etter hvor eller",
    }.items()
}
_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        ("sv", "swe", "svenska", "swedish", "sve", "se", "ruotsi", "ruotsiksi", "svensk"), "sv"
    ),
    **dict.fromkeys(("en", "eng", "engelska", "english", "engelsk", "gb", "englanti"), "en"),
    **dict.fromkeys(("de", "tyska", "german", "deutsch", "ger", "tysk", "saksa"), "de"),
    **dict.fromkeys(("fi", "finska", "finnish", "suomi", "fin", "suomeksi", "finsk"), "fi"),
    **dict.fromkeys(("fr", "franska", "french", "français"), "fr"),
    **dict.fromkeys(("no", "nb", "norska", "norwegian", "norsk"), "nb"),
    **dict.fromkeys(("da", "dk", "danska", "danish", "dansk"), "da"),
    **dict.fromkeys(("es", "spanska", "spanish"), "es"),
    **dict.fromkeys(("pl", "polska", "polish"), "pl"),
    **dict.fromkeys(("ar", "arabiska", "arabic"), "ar"),
    **dict.fromkeys(("sma", "sydsamiska"), "sma"),
    **dict.fromkeys(("smj", "lulesamiska"), "smj"),
    **dict.fromkeys(("nordsamiska", "sme", "nordsamisk", "sámi", "davvi"), "se"),
}
# Behind a blank a tag may be a word ("Pris se nedan", "Ort no"); behind other marks it is one.
_TAGGED = re.compile(r"(?P<base>.*?\w.*?)(?:[_@.:/-]| ?\()(?P<name>[a-zç]{2,11})\)?", re.IGNORECASE)
_WORDED = re.compile(r"(?P<base>.*?\w) (?:på |in )?(?P<name>[a-zç]{5,11}|sv|en|eng)", re.IGNORECASE)
_LEADING = re.compile(
    r"(?P<name>svensk|engelsk|tysk|finsk|swedish|english|german)[at]?t? (?P<base>.+)", re.I
)
_ADJECTIVES = {"svensk": "sv", "engelsk": "en", "tysk": "de", "finsk": "fi"}
_ADJECTIVES |= {"swedish": "sv", "english": "en", "german": "de"}


def heading_language(heading: str) -> tuple[str, str]:
    """Return a heading without the language that it names, and the language; empty for none.

    >>> heading_language("namn_sv"), heading_language("Beskrivning (engelska)")
    (('namn', 'sv'), ('Beskrivning', 'en'))
    >>> heading_language("Name in English"), heading_language("Datum"), heading_language("Bad-id")
    (('Name', 'en'), ('Datum', ''), ('Bad-id', ''))
    """
    for form in (_TAGGED, _WORDED):
        found = form.fullmatch(heading.strip())
        if found and (tag := _NAMES.get(found["name"].casefold())):
            return found["base"].strip(), tag
    if found := _LEADING.fullmatch(heading.strip()):
        base = found["base"]
        return base[:1].upper() + base[1:], _ADJECTIVES[found["name"].casefold()]
    return heading, ""


@lru_cache(maxsize=8)
def heading_languages(headings: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each heading without the language that it names, and the language.

    Beside one that says Swedish by another name, ``se`` is Northern Sami (ISO 639-1); alone, most
    mean Sweden by it.

    >>> heading_languages(("Namn (sv)", "Namn (se)")), heading_languages(("namn_se", "namn_en"))
    ((('Namn', 'sv'), ('Namn', 'se')), (('namn', 'sv'), ('namn', 'en')))
    """
    found = [heading_language(heading) for heading in headings]
    for index, (base, tag) in enumerate(found):
        says_se = tag == "sv" and re.search(r"\bse\)?$|_se$", headings[index], re.IGNORECASE)
        others = (fold(b) for n, (b, t) in enumerate(found) if n != index and t == "sv")
        if says_se and fold(base) in others:
            found[index] = base, "se"
    return tuple(found)


def text_language(texts: Iterable[str]) -> str:
    """Return the language of some texts by their small words; empty when they say too little.

    >>> text_language(["Här bor de som arbetar vid ån och i skogen."]), text_language(["Bron"])
    ('sv', '')
    """
    found: Counter[str] = Counter()
    for written in texts:
        for word in re.findall(r"[^\W\d_]+", fold(written)):
            for tag, small in _SMALL_WORDS.items():
                if word in small:
                    found[tag] += 1
    best = found.most_common(2)
    if not best or best[0][1] < 2:
        return ""
    if len(best) > 1 and best[0][1] < best[1][1] * 1.2:
        return ""
    return best[0][0]


# What headings look like in a language; the first that fits one of them decides.
_HEADINGS = {
    "de": re.compile(
        r"[üß]|\w{3,}(ungen|keit|heit|schaft)$|\w\w[^n]ung$|straße|(?<!\w)(höhe|länge|größe|anzahl|"
        r"bezeichnung|beschreibung|plz|anschrift|gemeinde|baujahr|kreis|stadtteil)(?!\w)",
        re.IGNORECASE,
    ),
    "fi": re.compile(
        r"(?<!\w)(nimi|osoite|tunnus|postinumero|kunta|kuvaus|vuosi|määrä|päivä\w*|\w+vuosi"
        r"|(leveys|pituus)aste"
        r"|pinta-ala|puhelin|sähköposti|tyyppi|kaupunginosa)(?!\w)",
        re.IGNORECASE,
    ),
    "da": re.compile(
        r"(?<!\w)(betegnelse|vejnavn|vejkode|husnr|husnummer|postnummer|kommunenavn|åbningstid\w*"
        r"|bemærkning\w*|oprettet|døgnåben\w*|tilgængelig\w*|breddegrad (?:wgs|etrs)\w*|ejerforhold"
        r"|længdegrad|matrikel\w*|etableret)(?!\w)",
        re.IGNORECASE,
    ),
    "nb": re.compile(
        r"(?<!\w)(navn|\w+navn|kommunenr|fylke\w*|antall\b.*|beskrivelse|åpning\w*|breddegrad"
        r"|lengdegrad|oppdatert|dato|telefonnr|byggeår|eierform|hjemmeside)(?!\w)",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"(?<![^\W_])(identifiant|nom|commune|capacité|libell[ée]|numéro|ville|code[ _]postal"
        r"|département|mise en service|téléphone|horaires|quartier|appellation|établissement)"
        r"(?![^\W_])",
        re.IGNORECASE,
    ),
    "sv": re.compile(
        r"[åäö]|ning(en)?$|het$|nr$|namn|plats|datum|kommun|antal|^(typ|ort|gata|adress|bild)", re.I
    ),
    # Words of headings in capitals one behind the other too: StreetAddress.
    "en": re.compile(
        r"(?i:^(name|id|type|date|height|address|city|count|description)$"
        r"|(?<![^\W_])(supplier|amount|street|postcode|council|ward|opening|category|updated"
        r"|reference|owner|location|site name|tel\. no|year|date paid|purchase)(?![^\W_]))"
        r"|[a-z](Name|Label|Address|Category|Date|Type|Needed|Amount|Updated)(?![a-z])"
    ),
}


def table_language(headings: Iterable[str], texts: Iterable[str], default: str) -> str:
    """Return the language that a table is written in.

    >>> table_language(["Höjd", "Antal"], [], "en"), table_language(["height"], [], "en")
    ('sv', 'en')
    >>> table_language(["Höhe", "Straße"], [], "sv"), table_language(["Senaste prov"], [], "sv")
    ('de', 'sv')
    """
    if found := text_language(texts):
        return found
    headings = list(headings)
    for tag, form in _HEADINGS.items():
        if any(form.search(heading) for heading in headings):
            # Danish shares its small words with Norwegian and English: "for", "by".
            return tag if tag == "da" else text_language(headings) or tag
    return default
