"""The words with which people ask for rows: for several, how many, the first of an order, without.

Words are compared as the search compares them: folded, in plain letters, whatever their ending.
"""

from __future__ import annotations

import re
from functools import lru_cache

from publisher.rdf.text import fold, plain_letters, short_forms, without_ending, words


def _plain(written: str) -> frozenset[str]:
    return frozenset(plain_letters(fold(word)) for word in written.split())


# What asks for rows at all.
ASKING = _plain("""
    vilka vilken vilket vad lista visa samtliga alla hur många antal antalet när vem vems var
    which what list all every how many number count when who whose where
    welche welcher welches was liste alle wie viele anzahl wann wer wo
""")
# What else binds the parts of such a question, beside the small words of the search.
_BINDING = _plain("""
    antal antalet många tillsammans totalt ligger hör tillhör innehåller omfattar heter år året
    stor stort stora har sina andra enda dessa dag idag just samtliga namn namnet
    total altogether together contain contains include includes belong belongs there those called
    year years located situated based lie lies name names named only other have got each
    anzahl viele insgesamt liegen liegt gehören gehört heißen heißt jahr alle namen
""")
# Of an order by a column the last come first, or the first.
MOST = _plain("""
    störst största flest mest högst högsta längst längsta tyngst tyngsta dyrast
    biggest largest greatest most highest longest tallest heaviest maximum
    größte größten größter größtes meisten höchste höchsten längste längsten
""")
LEAST = _plain("""
    minst minsta färst lägst lägsta kortast kortaste
    smallest fewest least lowest shortest minimum
    kleinste kleinsten kleinster wenigsten niedrigste kürzeste kürzesten
""")
NEWEST = _plain("""
    senast senaste nyast nyaste sist sista yngst yngsta latest newest last youngest
    neueste neuesten letzte letzten jüngste jüngsten
""")
OLDEST = _plain("""
    äldst äldsta först första tidigast tidigaste oldest first earliest
    älteste ältesten erste ersten früheste frühesten
""")
NOT = _plain("""
    inte ej icke utom utanför förutom not except outside excluding but isn nicht außer außerhalb
""")
WITHOUT = _plain("""
    utan saknar saknas ingen inget inga without lacks lack lacking missing no
    ohne fehlt fehlen kein keine keinen
""")
MANY = _plain(
    "många antal antalet flest färst many number most fewest viele anzahl meisten wenigsten"
)
# What a column of numbers is called.
NUMBERS = _plain("antal number anzahl")
PER = _plain("per varje vardera each every by pro je")
BEFORE = _plain("före innan tidigare before until vor bis")
AFTER = _plain("efter sedan senare after since nach seit")
BETWEEN = _plain("mellan between zwischen")
MORE = _plain("över fler mer större högre over more above larger greater mehr über größer")
LESS = _plain("under färre mindre lägre fewer less below smaller weniger unter kleiner")
AT = _plain("än than als")
ORDERS = MOST | LEAST | NEWEST | OLDEST
COMPARING = BEFORE | AFTER | BETWEEN | MORE | LESS
FREE = ASKING | _BINDING | AT

# The endings of what is made of the name of a number: djupast, djupare.
DEGREES = (
    *((ending, "mest") for ending in ("aste", "asta", "ast", "esten", "este", "est")),
    *((ending, "mer") for ending in ("are", "er")),
)
_BY_PHONE = ("telefon", "telefonnummer", "tel", "phone", "telephone")
_BY_MAIL = ("mejl", "mail", "email", "epost", "epostadress", "kontakt", "contact")
# How somebody is reached → what a column of it may be called.
REACHED_BY = {
    **dict.fromkeys(_plain("ringa ringer call phone anrufen telefonnummer"), _BY_PHONE),
    **dict.fromkeys(_plain("mejla mejlar maila email mailen"), _BY_MAIL),
    **dict.fromkeys(_plain("kontakta kontaktar kontakt contact kontaktiere"), _BY_PHONE + _BY_MAIL),
}

# So many letters may be the ending of a name, or of a form of it.
_LONGEST_ENDING = 3
_LEAST_STEM = 4
# Endings of names that are too short to tell them by how they begin: ekar, öns, ställets.
_OF_SHORT_NAMES = _plain("ar er or en et na arna erna orna ens ets arnas ernas")
_DECADE = re.compile(
    r"(?:(?P<before>före|innan|before|vor)\s+)?(?:(?P<after>efter|sedan|after|since|nach|seit)\s+)?"
    r"(?:the |den |die )?\b(?P<year>1\d\d0|20\d0|[1-9]0)"
    r"(?P<ending>\s?-?\s?tal(?:et|ets)?|s|-?er(?:\s?-?jahren?)?)\b",
    re.IGNORECASE,
)


def plain_words(text: str) -> list[str]:
    """Return the words of a text in plain letters.

    >>> plain_words("Vilka finns i Åre?")
    ['vilka', 'finns', 'i', 'are']
    """
    return [plain_letters(word) for word in words(text)]


def with_decades_as_years(text: str) -> str:
    """Return a question with decades and centuries as the years that they are between.

    >>> with_decades_as_years("byggda på 1990-talet"), with_decades_as_years("before the 1980s")
    ('byggda på mellan 1990 1999', 'before 1980')
    >>> with_decades_as_years("hus från 1700-talet"), with_decades_as_years("seit den 60er Jahren")
    ('hus från mellan 1700 1799', 'seit 1969')
    """

    def years(match: re.Match[str]) -> str:
        first = int(match["year"]) if len(match["year"]) == 4 else 1900 + int(match["year"])
        # In English, the 1900s may be ten years; whoever means these says so.
        last = first + (99 if first % 100 == 0 else 9)
        if match["before"]:
            return f"{match['before']} {first}"
        return f"{match['after']} {last}" if match["after"] else f"mellan {first} {last}"

    return _DECADE.sub(years, text)


def is_form(asked: str, known: str) -> bool:
    """Tell whether a word is a form of a known one: plural, definite, genitive.

    >>> [is_form(word, "mane") for word in ("manar", "manarna", "manen", "mars")]
    [True, True, True, False]
    >>> is_form("jupiters", "jupiter"), is_form("gavle", "gavleborg"), is_form("ar", "are")
    (True, False, False)
    """
    if asked == known:
        return True
    short, long = sorted((asked, known), key=len)
    if len(short) >= _LEAST_STEM and long.startswith(short):
        return len(long) - len(short) <= _LONGEST_ENDING
    if 1 < len(short) < _LEAST_STEM and long.startswith(short):
        return long[len(short) :] in _OF_SHORT_NAMES
    return bool(_stems(asked) & _stems(known))


def is_head(asked: str, known: str) -> bool:
    """Tell whether a word is what a compound is a kind of, in a form of it: träden, gatuträd.

    >>> is_head("traden", "gatutrad"), is_head("gatan", "gatutrad"), is_head("rad", "gatutrad")
    (True, False, False)
    """
    return any(len(stem) >= _LEAST_STEM and known.endswith(stem) for stem in _stems(asked))


def is_akin(asked: str, known: str) -> bool:
    """Tell whether a word begins as the name of a column does: discovered, discovery.

    >>> [is_akin("medlemmar", word) for word in ("medlemsantal", "medel")]
    [True, False]
    """
    length = min(len(asked), len(known))
    begun = max(_LEAST_STEM, length - _LONGEST_ENDING)
    return is_form(asked, known) or (length >= _LEAST_STEM and asked[:begun] == known[:begun])


@lru_cache(maxsize=20_000)
def _stems(word: str) -> frozenset[str]:
    stems = {word, without_ending(word), *map(plain_letters, short_forms(word))}
    stems |= {word[:-1]} if word.endswith("y") else set()  # library, libraries
    stems |= {f"{word[:-3]}er"} if word.endswith("ret") else set()  # kluster, klustret
    # A genitive may follow a definite form: månarnas. Two letters of a stem may be one: medlemmar.
    stems |= {without_ending(word.removesuffix("s")), *_undoubled(word)}
    return frozenset(form.removesuffix("e") for form in stems if len(form) > 2)


def _undoubled(word: str) -> set[str]:
    """Return what a word is without its ending, when that leaves two letters for one."""
    stem = without_ending(word)
    is_double = len(stem) > _LEAST_STEM and stem[-1] == stem[-2]
    return {stem[:-1]} if is_double else set()
