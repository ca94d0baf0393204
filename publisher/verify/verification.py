"""A verification from beginning to end; reads like a table of contents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

from rdflib import DCAT, VOID

from publisher.findings import Finding, in_order
from publisher.messages import in_language, text, translate
from publisher.system.http_client import Client
from publisher.verify import (
    dereference,
    distributions,
    fair,
    harvest,
    history,
    integrity,
    mqa,
    outgoing_links,
    overview,
    profiles,
    protocol,
    signposting,
)
from publisher.verify.graphs import LoadContext
from publisher.verify.harvest import Feed
from publisher.verify.options import VerifyOptions
from publisher.verify.report import ReportTable, VerificationReport, note, warning
from publisher.verify.site import DumpContents, VerifiedSite, context_loader, read_site

LINKS_CHECKED = 300
DATASETS_SCORED = 25
DOCUMENTS_POSTED = 3


class _Verification:
    """The state of one verification: what was learned of the site, and what was found."""

    def __init__(self, url: str, options: VerifyOptions, tell: Callable[[str], None]) -> None:
        self.options, self.tell = options, tell
        self.client = Client(options.limits)
        self.findings: list[Finding] = []
        self.tables: list[ReportTable] = []
        self.broken_rules: list[Finding] = []
        self.key = integrity.read_key(options.public_key) if options.public_key else None
        self.profiles = profiles.read_profiles(self.client, options.profiles)
        self.site: VerifiedSite
        self.site, found = read_site(self.client, url, options.catalogue)
        self.findings += found
        self.load: LoadContext = context_loader(self.client)
        self.inventory = DumpContents(self.site)
        self.feed = Feed(urljoin(self.site.address, options.catalogue))
        self.se_feed = Feed(urljoin(self.site.address, options.se_view))

    def harvest(self) -> None:
        """Fetch the catalogue as each portal does, and compare it with the last time."""
        self.feed, found = harvest.as_ckan(self.client, self.feed.address, self.load)
        self.findings += found + harvest.placeholders(self.feed.graph)
        self.findings += harvest.as_europa(self.client, self.feed, self.load)
        if self.options.se_view:
            self.se_feed, found = harvest.as_dataportal(
                self.client, self.se_feed.address, self.feed
            )
            self.findings += found
        self.tables += overview.tables(self.feed)
        if self.options.state is not None and self.feed.triples:
            self._compare(self.options.state)

    def _compare(self, state: Path) -> None:
        """Say what changed since the last harvest; an unreadable feed is not remembered."""
        now = history.dataset_digests(self.feed)
        before = history.read_digests(state, self.feed.address)
        if before:
            found, table = history.compare(before, now)
            self.findings += found
            self.tables.append(table)
        history.write_digests(state, self.feed.address, now)

    def validate(self) -> None:
        """Run our profiles and those given over the feeds."""
        for profile in (*profiles.built_in_profiles(), *self.profiles):
            feed = self.se_feed if profile.of_se_view else self.feed
            if feed.triples:
                self.tell(profile.name)
                found = profiles.validate(feed.graph, profile)
                self.findings += found
                self.broken_rules += [] if profile.of_se_view else found

    def score(self) -> None:
        """Give each dataset its MQA score."""
        violations = [finding for finding in self.broken_rules if finding.severity.blocks]
        statuses = mqa.link_statuses(self.client, self.feed.graph)
        scores = {
            dataset: mqa.score(self.feed.graph, dataset, violations, statuses)
            for dataset in self.feed.datasets()
        }
        self.tables += mqa.tables(scores) if scores else []

    def download(self) -> None:
        """Fetch every distribution, and take stock of one dump of each dataset."""
        known: set[str] = set()
        fetched: list[distributions.DownloadResult] = []
        for download in distributions.check(
            self.client, self.site, self.feed.graph, self.load, self.tell
        ):
            self.findings += download.findings
            if download.triples and download.dataset not in known:
                known.add(download.dataset)
                self.inventory.add(download.triples)
            fetched.append(replace(download, triples=None))
        self.tables += [overview.downloads(fetched)] if fetched else []

    def dereference(self) -> None:
        """Look the subjects up, and ask for the addresses that their documents lead to."""
        self.inventory.add(self.feed.described())
        chosen = self.inventory.sample(self.options.sample)
        addresses: set[str] = set()
        for subject in chosen:
            self.tell(subject)
            result = dereference.look_up(
                self.client, self.site, subject, self.inventory.subjects[subject], self.load
            )
            self.findings += result.findings
            addresses |= result.links
        self.findings += dereference.dead_links(self.client, sorted(addresses)[:LINKS_CHECKED])
        counts = {"chosen": len(chosen), "all": len(self.inventory.subjects)}
        message = text("Looked up {chosen} of {all} subjects.", **counts)
        self.findings.append(note("dereference:sample", message, self.site.base))

    def ask(self) -> None:
        """Hold each SPARQL endpoint against the protocol."""
        described = self.feed.graph.objects(None, DCAT.endpointURL)
        services = {str(o) for o in described if "sparql" in str(o).lower()}
        endpoints = {*map(self.site.locate, self.site.endpoints()), *services}
        own = sorted(endpoint for endpoint in endpoints if self.site.holds(endpoint))
        if not own:
            message = text("No SPARQL endpoint is named in VoID (void:sparqlEndpoint).")
            self.findings.append(warning("protocol:none", message, self.site.address))
        for endpoint in own:
            self.tell(endpoint)
            found, table = protocol.check(self.client, endpoint)
            self.findings += found
            self.tables.append(table)

    def judge(self) -> None:
        """Score landing pages, documents and ontologies for FAIR."""
        vocabularies = {str(o) for o in self.site.void.objects(None, VOID.vocabulary)}
        own = {iri.rstrip("#") for iri in vocabularies if self.site.holds(iri)}
        found, tables = fair.datasets(
            self.client,
            self.feed.graph,
            self.feed.datasets()[:DATASETS_SCORED],
            self.load,
            self.tell,
        )
        self.findings += found
        self.tables += tables
        things = [s for s, document in self.inventory.subjects.items() if not document]
        chosen = [s for s in self.inventory.sample(self.options.sample) if s in things]
        self.findings += fair.documents(self.client, chosen[:DOCUMENTS_POSTED])
        found, tables = fair.ontologies(
            self.client, sorted(self.inventory.ontologies or own), self.load, self.options.links
        )
        self.findings += found + signposting.api_catalogue(self.client, self.site.address)
        self.tables += tables

    def prove(self) -> None:
        """Hold what the release on line consists of against its signed manifest."""
        found, table = integrity.check(self.client, self.site.address, self.key, self.tell)
        self.findings += found
        self.tables += [table] if table else []

    def follow_links(self) -> None:
        """Ask for the addresses outside that the data link to."""
        self.findings += outgoing_links.check(
            self.client,
            self.inventory.outgoing,
            self.options.links_cache,
            self.options.delay_seconds,
            self.tell,
        )


def _no_progress(_: str) -> None:
    """Say nothing."""


def verify(
    url: str,
    options: VerifyOptions | None = None,
    progress: Callable[[str], None] = _no_progress,
) -> VerificationReport:
    """Return what portals and clients meet at a site.

    Args:
        url: Where the site is; its home page.
        options: How to verify; everything with cautious limits by default.
        progress: Is told in words what is being done.

    Raises:
        UsageError: What was named as a public key is none.
        SourceMissing: A profile that was named is not there.
        SourceSyntax: A profile or a state file cannot be read. Nothing that the site does
            is raised: it becomes a finding.
    """
    options = options or VerifyOptions()
    run = _Verification(url, options, progress)
    steps = {
        "harvest": (run.harvest, text("Fetching the catalogue as portals do")),
        "profiles": (run.validate, text("Validating the feeds")),
        "mqa": (run.score, text("Scoring the datasets")),
        "distributions": (run.download, text("Fetching the distributions")),
        "dereference": (run.dereference, text("Looking subjects up")),
        "protocol": (run.ask, text("Asking the SPARQL endpoint")),
        "fair": (run.judge, text("Judging how FAIR the site is")),
        "proof": (run.prove, text("Comparing the release with its manifest")),
    }
    for name, (step, title) in steps.items():
        if name in options.parts:
            progress(in_language(title, options.language))
            step()
    if options.links:
        progress(translate("Checking the links that lead out", options.language))
        run.follow_links()
    return VerificationReport(
        run.site.address,
        run.site.base,
        tuple(run.client.exchanges),
        tuple(in_order(_without_repetitions(run.findings))),
        tuple(run.tables),
    )


def _without_repetitions(findings: list[Finding]) -> list[Finding]:
    """Return the findings without duplicates."""
    return list(
        {(f.rule, f.focus_node, f.path, f.value, str(f.message)): f for f in findings}.values()
    )
