"""JSON-LD contexts of Web Annotations and of IIIF (Presentation 2 and Image 2), written here.

Which IRI a term is short for, and of which kind its values are, arranged by kind and vocabulary;
the files of their makers are not copied. They say the same: a test compares digests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Kind = Mapping[str, str]
Definition = str | Mapping[str, str]
_VOCABULARIES = {
    "as": "http://www.w3.org/ns/activitystreams#",
    "cnt": "http://www.w3.org/2011/content#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "dctypes": "http://purl.org/dc/dcmitype/",
    "doap": "http://usefulinc.com/ns/doap#",
    "exif": "http://www.w3.org/2003/12/exif/ns#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "iana": "http://www.iana.org/assignments/relation/",
    "iiif": "http://iiif.io/api/image/2#",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sc": "http://iiif.io/api/presentation/2#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "svcs": "http://rdfs.org/sioc/services#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_NAME: Kind = {}  # the IRI alone
_TEXT: Kind = {"@id": ""}  # the same, in the long form
_THING = {"@type": "@id"}
_LIST = {"@type": "@id", "@container": "@list"}
_WORD = {"@type": "@vocab"}
_TIME = {"@type": "xsd:dateTime"}
_COUNT = {"@type": "xsd:nonNegativeInteger"}
# Prefixes, then kind of values → vocabulary and its names; a term=its name there.
_ANNOTATIONS: tuple[str, tuple[tuple[Kind, str], ...]] = (
    "oa dc dcterms dctypes foaf rdf rdfs skos xsd iana owl as schema",
    (
        (
            _NAME,
            """
            as: AnnotationCollection=OrderedCollection AnnotationPage=OrderedCollectionPage
            as: Software=Application
            dc: format language
            dctypes: Audio=Sound Dataset Image=StillImage Text Video=MovingImage
            foaf: Organization Person email=mbox email_sha1=mbox_sha1sum name nickname=nick
            oa: Annotation Choice CssSelector CssStylesheet=CssStyle DataPositionSelector
            oa: FragmentSelector HttpRequestState Motivation RangeSelector ResourceSelection
            oa: SpecificResource SvgSelector TextPositionSelector TextQuoteSelector TextualBody
            oa: TimeState XPathSelector
            oa: auto=autoDirection bodyValue bookmarking classifying commenting describing editing
            oa: exact highlighting identifying linking ltr=ltrDirection moderating prefix
            oa: processingLanguage questioning replying reviewing rtl=rtlDirection styleClass suffix
            oa: tagging
            rdf: value
            rdfs: label
            schema: Audience accessibility=accessibilityFeature
            """,
        ),
        (
            _THING,
            """
            as: first generator last next partOf prev
            dcterms: conformsTo creator rights
            foaf: homepage
            oa: body=hasBody cached=cachedSource canonical endSelector=hasEndSelector refinedBy
            oa: renderedVia scope=hasScope selector=hasSelector source=hasSource
            oa: startSelector=hasStartSelector state=hasState stylesheet=styledBy target=hasTarget
            oa: via
            schema: audience
            """,
        ),
        (_LIST, "as: items"),
        (_WORD, "oa: motivation=motivatedBy purpose=hasPurpose textDirection"),
        (
            _TIME,
            """
            dcterms: created generated=issued modified
            oa: sourceDate sourceDateEnd sourceDateStart
            """,
        ),
        (
            _COUNT,
            """
            as: startIndex total=totalItems
            oa: end start
            """,
        ),
    ),
)
_MANIFESTS: tuple[str, tuple[tuple[Kind, str], ...]] = (
    "sc iiif exif oa cnt dc dcterms dctypes doap foaf rdf rdfs xsd svcs as",
    (
        (
            _TEXT,
            """
            as: startIndex total=totalItems
            cnt: bytes chars encoding=characterEncoding
            dc: description format language
            exif: height width
            oa: style=styleClass
            rdf: value
            rdfs: label
            sc: attribution=attributionLabel navDate=presentationDate
            """,
        ),
        (
            _NAME,
            """
            oa: exact prefix suffix
            sc: bottom-to-top=bottomToTopDirection left-to-right=leftToRightDirection
            sc: right-to-left=rightToLeftDirection top-to-bottom=topToBottomDirection
            sc: continuous=continuousHint facing-pages=facingPagesHint individuals=individualsHint
            sc: multi-part=multiPartHint non-paged=nonPagedHint paged=pagedHint top=topHint
            """,
        ),
        (
            _THING,
            """
            as: first last next prev
            dcterms: license=rights related=relation rendering=hasFormat within=isPartOf
            doap: profile=implements
            foaf: logo thumbnail
            oa: default full=hasSource motivation=motivatedBy on=hasTarget resource=hasBody
            oa: selector=hasSelector stylesheet=styledBy
            rdfs: seeAlso
            sc: contentLayer=hasContentLayer startCanvas=hasStartCanvas
            svcs: service=has_service
            """,
        ),
        (
            _LIST,
            """
            sc: canvases=hasCanvases collections=hasCollections images=hasImageAnnotations
            sc: manifests=hasManifests members=hasParts metadata=metadataLabels
            sc: otherContent=hasLists ranges=hasRanges resources=hasAnnotations
            sc: sequences=hasSequences structures=hasRanges
            """,
        ),
        ({"@type": "@id", "@container": "@set"}, "oa: item"),
        (_WORD, "sc: viewingDirection viewingHint"),
    ),
)
_IMAGES: tuple[str, tuple[tuple[Kind, str], ...]] = (
    "iiif xsd exif dc dcterms doap svcs foaf sc",
    (
        (
            _TEXT,
            """
            exif: height width
            iiif: formats=format maxArea maxHeight maxWidth qualities=quality
            iiif: baseUriRedirect=baseUriRedirectFeature cors=corsFeature
            iiif: canonicalLinkHeader=canonicalLinkHeaderFeature
            iiif: jsonldMediaType=jsonLdMediaTypeFeature mirroring=mirroringFeature
            iiif: profileLinkHeader=profileLinkHeaderFeature regionByPct=regionByPctFeature
            iiif: regionByPx=regionByPxFeature regionSquare=regionSquareFeature
            iiif: rotationArbitrary=arbitraryRotationFeature rotationBy90s=rotationBy90sFeature
            iiif: sizeAboveFull=sizeAboveFullFeature sizeByConfinedWh=sizeByConfinedWHFeature
            iiif: sizeByDistortedWh=sizeByDistortedWHFeature sizeByForcedWh=sizeByForcedWHFeature
            iiif: sizeByH=sizeByHFeature sizeByPct=sizeByPctFeature sizeByW=sizeByWFeature
            iiif: sizeByWh=sizeByWHFeature sizeByWhListed=sizeByWHListedFeature
            sc: attribution=attributionLabel
            """,
        ),
        ({"@container": "@set"}, "iiif: scaleFactors=scaleFactor"),
        (
            _THING,
            """
            dcterms: license=rights protocol=conformsTo
            doap: profile=implements
            foaf: logo
            iiif: sizes=hasSize tiles=hasTile
            svcs: service=has_service
            """,
        ),
        (_WORD, "iiif: supports"),
    ),
)


def web_annotations() -> dict[str, Definition]:
    """Return the context of Web Annotations (W3C Recommendation of 2017)."""
    return {"id": _alias("@id"), "type": _alias("@type"), **dict(_terms(*_ANNOTATIONS))}


def iiif_manifests() -> dict[str, Definition]:
    """Return the context of IIIF Presentation 2."""
    return dict(_terms(*_MANIFESTS))


def iiif_images() -> dict[str, Definition]:
    """Return the context of IIIF Image 2."""
    return dict(_terms(*_IMAGES))


def _alias(keyword: str) -> Definition:
    return {"@type": "@id", "@id": keyword}


def _terms(prefixes: str, kinds: tuple[tuple[Kind, str], ...]) -> Iterator[tuple[str, Definition]]:
    for prefix in prefixes.split():
        yield prefix, _VOCABULARIES[prefix]
    for kind, lines in kinds:
        for line in lines.strip().split("\n"):
            prefix, *names = line.split()
            for term, _, name in (written.partition("=") for written in names):
                iri = f"{prefix}{name or term}"
                yield term, {**kind, "@id": iri} if kind else iri
