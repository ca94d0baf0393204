"""What a person wrote into the catalogue, judged as portals judge what becomes of it.

Only datasets that lie elsewhere are judged, with what belongs to them: what the build derives for
the folder's own datasets is right by construction. Formats are judged in the form that the build
writes them, and parts without a name as if they had one.
"""

from __future__ import annotations

from collections.abc import Iterator

from publisher.findings import Finding
from publisher.load.files import DATASET, Role
from publisher.load.sources import Sources
from publisher.profiles.dcat_ap import DCAT_AP, DCAT_AP_HVD, GEODCAT_AP
from publisher.profiles.dcat_ap_se import DCAT_AP_SE
from publisher.profiles.view_forms import LeftOut, european_form, swedish_form
from publisher.quality.catalogue_checks import CHECKS, check_geographic
from publisher.quality.catalogue_results import (
    CatalogueResult,
    advice_of,
    faults_of,
    left_out_values,
    remarks_of,
    results_of,
    way_out,
)
from publisher.quality.written_catalogue import CataloguePlaces, WrittenCatalogue, thing_name

# Owners of the rules for agents and contacts.
_PARTIES = frozenset(("foaf:Agent", "vcard:Kind"))


def check_catalogue(sources: Sources) -> Iterator[Finding]:
    """Yield what the profiles of portals find in what the catalogue says of data elsewhere.

    Sources: DCAT-AP 3.0.1 and DCAT-AP HVD 3.0, as SEMIC's shapes have them; DCAT-AP-SE 3.0.1, as
    the harvester of dataportal.se applies it.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    is_on = sources.rule_settings.is_on
    yield from (finding for finding in _judge(sources) if is_on(finding.rule))


def _judge(sources: Sources) -> Iterator[Finding]:
    written = _read(sources)
    judged = written.judged(_own_datasets(sources))
    if not judged:
        return
    is_on, is_chosen = sources.rule_settings.is_on, sources.rule_settings.is_chosen
    found: list[CatalogueResult] = []
    left_out: tuple[LeftOut, ...] = ()
    european = european_form(written.with_formats(is_swedish=False))
    if is_on(DCAT_AP):
        found += results_of(DCAT_AP, european)
    if is_on(DCAT_AP_SE) and (is_chosen(DCAT_AP_SE) or written.speaks("sv")):
        swedish = swedish_form(written.with_formats(is_swedish=True))
        left_out = swedish.left_out
        found += results_of(DCAT_AP_SE, swedish.triples)
    if is_on(DCAT_AP_HVD) and written.is_high_value:
        found += results_of(DCAT_AP_HVD, european)
    if is_chosen(GEODCAT_AP):
        found += results_of(GEODCAT_AP, european)
    # What is no agent is said where it is taken for one; what it lacks as such helps nobody.
    taken = written.taken_for_agents()
    found = [r for r in found if not (r.focus in taken and r.row.owner in _PARTIES)]
    left_out = tuple(
        e for e in left_out if not (thing_name(e.subject) in taken and e.rule.owner in _PARTIES)
    )
    places = CataloguePlaces(written, list(sources.of_role(Role.CATALOGUE)))
    of_judged = [result for result in found if result.focus in judged]
    faults = list(faults_of(of_judged, places))
    yield from faults
    if not is_chosen(DCAT_AP_SE):
        yield from way_out(faults, written)
    yield from left_out_values(left_out, of_judged, places)
    yield from advice_of(of_judged, places)
    yield from remarks_of(of_judged, places)
    if not any(sources.of_role(Role.DATA, Role.ONTOLOGY)):
        yield from written.undated()
    reported = {(f.focus_node, f.path, f.value) for f in faults if f.value.startswith('"')}
    for check in [*CHECKS, *([check_geographic] if is_chosen(GEODCAT_AP) else [])]:
        for focus, finding in check(written, places):
            if (
                focus in judged
                and (finding.focus_node, finding.path, finding.value) not in reported
            ):
                yield finding


def describes_elsewhere(sources: Sources) -> bool:
    """Tell whether the catalogue describes a dataset, series or service that lies elsewhere.

    Also a catalogue alone does, though it lists nothing yet.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    if not any(sources.of_role(Role.DATA, Role.ONTOLOGY)):
        return True
    return bool(_read(sources).judged(_own_datasets(sources)))


def _read(sources: Sources) -> WrittenCatalogue:
    triples = [t for file in sources.of_role(Role.CATALOGUE) for t in file.triples]
    return WrittenCatalogue(sources.base_iri, triples)


def _own_datasets(sources: Sources) -> frozenset[str]:
    """Return the IRIs of the datasets whose data the folder holds."""
    graphs = {f.source.graph for f in sources.of_role(Role.DATA, Role.ONTOLOGY)}
    return frozenset(sources.base_iri + graph for graph in graphs if graph.startswith(DATASET))
