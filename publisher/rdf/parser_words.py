"""What parsers say is wrong with a file or a pattern, in the languages of the program.

Oxigraph, expat and Python's ``re`` write English, some of it for those who write parsers. Each
phrase that they have for mistakes that people make is a row here, with a sentence that says what to
do; what has none is quoted as it is, and said to be English.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import quote

from publisher.messages import SOURCE_LANGUAGE, printable, translate

_MOST_SHOWN = 80
# What a parser says of the place, before it says what is wrong there.
_PLACE = re.compile(r"^Parser error (?:at|between) line [^:]*: ")
_TAG = "'{tag}' is no language tag; tags are such as en, sv or de-AT"
_TAGS = "the language tag is none; tags are such as en, sv or de-AT"
_FULL_STOP = "before this place a full stop is missing, or a comma or semicolon"
_CHARACTER = (
    "an address holds the character '{character}', which none may hold; it is written {encoded}"
)
_NO_ADDRESS = "'{iri}' is no address"
_MALFORMED = "the address is malformed"
_MISSING = "before this place, '{closing}' is missing"
_NO_CHARACTER = "'{found}' stands for no character"
_NO_STATEMENT = "a statement cannot begin with '{found}'"
_CANNOT_STAND = "'{character}' cannot stand here"
_NUMBER = "the number is malformed"
_TWICE = "{keyword} is given twice at one thing"
_EXCLUDED = "{first} and {second} exclude each other"
_TERM = "the term '{term}' of the context stands for no address"
_BEYOND = "something follows behind the end of the document"
_RELATIVE = "the address does not begin with a scheme such as https:, and there is no base"
_ELEMENT = "<{iri}> cannot stand here: elements of things and of properties alternate"
# What a parser says, as a pattern for the whole of it → the sentence in its place. The first that
# fits counts.
_PHRASES: tuple[tuple[str, str], ...] = (
    # Turtle, TriG, N-Triples, N-Quads
    (r"A dot is expected at the end of (?:N3 )?statements", _FULL_STOP),
    (r"(?:Triples|Quads) (?:should|must) be followed by a dot", _FULL_STOP),
    (r"(?P<found>.+) is not a valid (?:RDF subject|subject or graph name)", _NO_STATEMENT),
    (
        r"(?P<found>[;,.\])}]) is not a valid predicate",
        "before '{found}' a property is missing, or there is a sign too many",
    ),
    (
        r"(?P<found>[;,.\])}]) is not a valid RDF object",
        "before '{found}' a value is missing, or there is a sign too many",
    ),
    (r"(?P<found>.+) is not a valid predicate", "'{found}' stands where a property has to be"),
    (
        r"(?P<found>.+) is not a valid RDF object",
        "'{found}' stands where a value has to be; texts are in quotation marks, and names have a"
        " prefix",
    ),
    (r"(?P<found>.+) is not a valid graph name", "'{found}' cannot name a graph"),
    (
        r"The prefix (?P<prefix>.*): has not been declared",
        "the prefix '{prefix}:' is not declared above",
    ),
    (r"Invalid IRI code point '(?P<character>.)'", _CHARACTER),
    (
        r"Unexpected end of file",
        "what begins here does not end: a quotation mark or bracket is missing",
    ),
    (r"Unexpected end", "the file ends in the middle of a statement"),
    (
        r"Line jumps are not allowed in string literals, use \\n",
        "a text goes over the end of its line; such a text is in three quotation marks",
    ),
    (
        r"A language code should always start with a letter",
        "behind the @, a language tag is missing",
    ),
    (r"error while parsing language tag '(?P<tag>.*)': .*", _TAG),
    (r"The given language subtag is invalid", _TAGS),
    (r"A subtag (?:may be eight|should not be|fails to parse).*", _TAGS),
    (r"If (?:an extension|the `x`) subtag.*", _TAGS),
    (r"At maximum three extlangs are allowed", _TAGS),
    (
        r"'(?P<character>[“”„‟‘’‚«»])' is not allowed at the beginning of a prefix name",
        "a text is in straight quotation marks, not in '{character}'",
    ),
    (
        r"'/' is not allowed at the beginning of a prefix name",
        "behind a prefix, a slash is written '\\/'; or write the whole address in <>",
    ),
    (r"'(?P<character>.)' is not allowed at the beginning of a prefix name", _CANNOT_STAND),
    (r"Unexpected character '(?P<character>.)'", _CANNOT_STAND),
    (
        r"Unexpected escape character '(?P<found>.*)'",
        "'{found}' stands for nothing; a backslash in a text is written '\\\\'",
    ),
    (r"The escape sequence '(?P<found>.*)' is .*", _NO_CHARACTER),
    (r"UTF-16 surrogate escape sequence '(?P<found>.*)' must be .*", _NO_CHARACTER),
    (r"Escape sequences '(?P<found>.*)' do not form .*", _NO_CHARACTER),
    (r"The codepoint (?P<found>\w+) is not a valid unicode character", _NO_CHARACTER),
    (r"A double (?:exponent cannot|should not) be empty|An integer should not be empty", _NUMBER),
    (r"blank node property lists should end with a '(?P<closing>\])'", _MISSING),
    (r"A '(?P<closing>\})' or a '\.' is expected at the end of a graph block", _MISSING),
    (r"Annotations should end with '(?P<closing>\|\})'", _MISSING),
    (r"Expecting '(?P<closing>\)?>>)' to close .*", _MISSING),
    (r"Expecting the end of a quoted triple '(?P<closing>\)>>)'", _MISSING),
    (r"The PREFIX .*", "a prefix is declared as in: PREFIX ex: <https://example.org/>"),
    (r"The BASE .*", "a base is declared as in: BASE <https://example.org/>"),
    (r"The VERSION .*", 'a version is declared as in: VERSION "1.2"'),
    (
        r"The GRAPH keyword .*",
        "behind GRAPH the name of a graph has to be, and its statements in braces",
    ),
    (
        r"The datatype of a literal without a (?:language tag|base direction) must not be .*",
        "a text of this datatype needs a language tag",
    ),
    (r"Expecting a datatype IRI after .*", "behind ^^ the name of a datatype is missing"),
    (r"A literal datatype must be an IRI", "behind ^^ the name of a datatype is missing"),
    (
        r"The subject of a triple must be an IRI or a blank node",
        "a statement begins with an IRI in <> or a blank node here; only Turtle knows prefixes",
    ),
    (r"The predicate of a triple must be an IRI", "a property is an IRI in <> here"),
    (
        r"The object of a triple must be an IRI, a blank node or a literal",
        "a value is an IRI in <>, a blank node or a text in quotation marks here",
    ),
    (
        r"line jumps are not allowed .*|Only a single triple or quad can be written in a line.*",
        "each statement is on one line of its own here",
    ),
    (
        r"(?:escapes in IRIs should be .*, found|Invalid IRI percent encoding) '(?P<found>.*)'",
        "'{found}' is no escape: two hexadecimal digits follow a % in an address",
    ),
    (
        r"The character that are allowed to be escaped in IRIs are .*, found '(?P<character>.)'",
        "'{character}' is not escaped with a backslash in names",
    ),
    (r"A blank node ID cannot be empty", "behind _: the label of a blank node is missing"),
    (
        r"'(?P<prefix>.*)' is not a valid prefix: prefixes are not allowed to end with '\.'",
        "the prefix '{prefix}' ends with a full stop, which none may do",
    ),
    (r"No scheme found in an absolute IRI|The IRI should be absolute", _RELATIVE),
    (r".* is a relative IRI (?:even if no @base|but no xml:base) is set", _RELATIVE),
    (
        r"The prefixed name (?P<name>.*) builds IRI (?P<iri>.*) that is invalid: .*",
        "'{name}' stands for {iri}, which is no address",
    ),
    (
        r"(?:The allowed|Literal) base directions? are .*",
        "a text has one of the directions --ltr and --rtl",
    ),
    (r"Invalid character '.' in (?:host|scheme)|Invalid host IP .*|'\[' bracket .*", _MALFORMED),
    (r"Empty schemes are not allowed|An IRI path is not .*|Invalid character '.'", _MALFORMED),
    # RDF/XML
    (
        r"error while parsing IRI '(?P<iri>.*)': Invalid IRI code point '(?P<character>.)'",
        "'{iri}' holds the character '{character}', which no address may hold; it is written"
        " {encoded}",
    ),
    (r"error while parsing IRI '(?P<iri>.*)': .*", _NO_ADDRESS),
    (
        r"Unexpected text event: '(?P<found>.*)'",
        "the text '{found}' stands where only elements can be",
    ),
    (
        r"(?P<found>.*) is not a valid (?P<attribute>rdf:\w+) value",
        "'{found}' cannot be the value of {attribute}: it has letters, digits, '-', '_' and '.',"
        " and begins with a letter",
    ),
    (
        r"(?P<iri>.*) has already been used as rdf:ID value",
        "{iri} is named by rdf:ID already; all but one of these are rdf:about",
    ),
    (
        r"Not both .* could be set at the same time",
        "an element has two of rdf:about, rdf:ID, rdf:nodeID and rdf:resource",
    ),
    (
        r"Unexpected node, a text value is already present",
        "a property has several values in one element; each has an element of its own",
    ),
    (r"Unknown prefix (?P<prefix>.*):", "the prefix '{prefix}:' is not declared above"),
    (r"Invalid (?:node|property) element tag name: (?P<iri>.*)", _ELEMENT),
    (
        r"XML namespaces are required in RDF/XML",
        "an element or attribute has no namespace, and RDF/XML wants one",
    ),
    (r"(?P<iri>\S+) is not a valid attribute", "the attribute <{iri}> cannot stand here"),
    # XML
    (r"mismatched tag", "the element that ends here is not the one that began last"),
    (
        r"not well-formed \(invalid token\)",
        "a character cannot stand here; in a text, & is written &amp; and < is written &lt;",
    ),
    (r"no element found|unclosed token", "the file ends before all its elements do"),
    (r"duplicate attribute", "an element has the same attribute twice"),
    (r"junk after document element", _BEYOND),
    (
        r"undefined entity|.*unrecognized entity .*",
        "the file uses an entity that it does not declare",
    ),
    (r"reference to invalid character number", "a reference stands for no character of XML"),
    (
        r"XML or text declaration not at start of entity",
        "the XML declaration does not stand at the very beginning",
    ),
    (r"unclosed CDATA section", "a CDATA section does not end"),
    (r"XML declaration not well-formed", "the XML declaration is malformed"),
    (r"syntax error", "this is no XML"),
    # JSON
    (r"Trailing commas are not allowed", "a comma stands before a closing bracket"),
    (
        r"Unexpected char: '(?P<character>.)'|Object keys must be strings",
        "names and texts are in double quotation marks in JSON, and here is something else",
    ),
    (r"Object values must be .*", "before this place a comma is missing, or '}'"),
    (r"Array values must be .*", "before this place a comma is missing, or ']'"),
    (r"Object keys must be followed by a colon.*", "before this place a colon is missing"),
    (r"The JSON already contains one root element", _BEYOND),
    (
        r"Unexpected closing (?:curly|square) bracket.*",
        "a bracket is closed that was not opened",
    ),
    (r"Unexpected (?:comma|colon), .*", "a comma or colon has nothing before it"),
    (r"Unexpected end of file, a value was expected", "the file ends where a value has to be"),
    (
        r"(?:true|false|null) expected",
        "only numbers, true, false and null are without quotation marks in JSON",
    ),
    (
        r"'.' is not allowed in JSON strings",
        "a text holds a control character; a line break is written \\n in JSON",
    ),
    (r"'(?P<found>.*)' is not a valid escape sequence", _NO_CHARACTER),
    (r"(?P<found>\\u\S+) is .*", _NO_CHARACTER),
    (r"A number .*", _NUMBER),
    # JSON-LD
    (
        r"(?:The values? (?:in a|of) )?(?P<keyword>@\w+) (?:map |value |in a context )?must be"
        r" (?:a string|null or strings)(?: or null| in a context)?(?: when .*)?",
        "the value of {keyword} has to be a text",
    ),
    (r"(?P<keyword>@\w+) value must be a boolean", "the value of {keyword} is true or false"),
    (
        r"(?P<keyword>@\w+) (?:value|values|definition) must be .*",
        "the value of {keyword} is of a kind that it cannot have",
    ),
    (r"(?P<keyword>@\w+) (?:is defined twice|cannot be set multiple times)", _TWICE),
    (r"(?:Only a single|Duplicated) (?P<keyword>@\w+).*", _TWICE),
    (r"(?:Both )?(?P<first>@\w+) and (?P<second>@\w+) (?:are|can't|cannot) .*", _EXCLUDED),
    (
        r"Not supported @container value combination|invalid container mapping",
        "JSON-LD knows no such @container",
    ),
    (r"Unexpected key in term definition '(?P<key>.*)'", "a term cannot be defined by '{key}'"),
    (
        r"Term definition value must be .*",
        "a term of the context is defined by an address or an object",
    ),
    (r"(?i)cyclic IRI mapping", "terms of the context are defined by each other, in a circle"),
    (
        r"Objects with @value cannot contain properties, (?P<key>.*) found",
        "an object with @value cannot have '{key}'",
    ),
    (
        r"Unsupported JSON-Ld keyword inside of a @value: (?P<key>.*)",
        "an object with @value cannot have '{key}'",
    ),
    (
        r"@list (?:and @set )?must be the only keys? of an object.*",
        "an object with @list or @set has nothing else",
    ),
    (
        r"The only supported @version value is 1.1, found .*",
        "the @version of a context is the number 1.1",
    ),
    (
        r"(?:Overriding the protected term|Definition of) (?P<term>\S+).*",
        "the term '{term}' is protected and cannot be defined anew",
    ),
    (r"@type value '(?P<iri>.*)' must be an IRI: .*", _NO_ADDRESS),
    (r"(?P<iri>.*) is not a valid IRI or blank node", _NO_ADDRESS),
    (r"No @vocab key to build an IRI from context (?P<term>.*) term definition", _TERM),
    (r"Invalid @(?:type iri|base|vocab) '(?P<iri>[^']*)'.*", _NO_ADDRESS),
    (
        r"(?:Literals|Lists|Sets) are not allowed inside of (?P<keyword>reverse|@included).*",
        "only things can be values here, no texts and no lists",
    ),
    (
        r"(?P<keyword>@\w+) keyword can't be redefined in context",
        "{keyword} is a word of JSON-LD, which no context defines",
    ),
    (
        r"Inconsistent expansion of (?P<term>\S+).*",
        "the term '{term}' looks like an address and is defined as another one",
    ),
    # Regular expressions, as Python's parser says it
    (r"missing \), unterminated subpattern", "a '(' is not closed"),
    (r"unbalanced parenthesis", "a ')' closes nothing"),
    (r"unterminated character set", "a '[' is not closed"),
    (r"nothing to repeat|multiple repeat", "a sign of repetition has nothing to repeat before it"),
    (
        r"min repeat greater than max repeat",
        "the least number of repetitions is above the greatest",
    ),
    (
        r"bad escape \(end of pattern\)|unexpected end of pattern",
        "the pattern ends in the middle of something",
    ),
    (r"bad escape (?P<found>.+)", "'{found}' means nothing in a pattern"),
    (r"bad character range (?P<found>.+)", "the range '{found}' runs backwards"),
    (
        r"invalid group reference .+",
        "a number behind a backslash stands for a group that is not there",
    ),
)


class ParserWords(str):
    """What a parser says, as a value of a message: reworded in the language of the message.

    >>> ParserWords("The prefix ex: has not been declared").in_language("en")
    "the prefix 'ex:' is not declared above"
    """

    __slots__ = ()

    def in_language(self, language: str) -> str:
        """Return the sentence for it; one that is not known is quoted, and said to be English."""
        found = _known(str(self))
        if found is not None:
            for pattern, message in _PHRASES:
                if pattern == found[0]:
                    return translate(message, language, **found[1])
        if language == SOURCE_LANGUAGE:
            return printable(self)
        return translate(
            "from here on it cannot be read; the parser says in English: {words}",
            language,
            words=printable(self),
        )


def words_of(error: SyntaxError) -> ParserWords:
    """Return what a parser says is wrong, without the place."""
    return ParserWords(_PLACE.sub("", str(error.msg)).rstrip("."))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, re.compile(pattern, re.DOTALL)) for pattern, _ in _PHRASES)


def _known(words: str) -> tuple[str, dict[str, str]] | None:
    """Return the pattern that words of a parser fit, and what they quote."""
    for pattern, compiled in _patterns():
        if found := compiled.fullmatch(words):
            values = {name: _shown(value or "") for name, value in found.groupdict().items()}
            if "character" in values:
                values["encoded"] = quote(found["character"] or "", safe="")
            return pattern, values
    return None


def _shown(value: str) -> str:
    """Return what somebody wrote as a sentence quotes it: short, and on one line."""
    words = " ".join(value.split()) if value.strip() else value
    return printable(words[:_MOST_SHOWN]) if words.strip() else words
